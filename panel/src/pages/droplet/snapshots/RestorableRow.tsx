import { Button, Menu } from "@mantine/core";
import { IconCamera, IconDownload, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";

import type { OwnSnapshot } from "@/api/types";
import { useRequest } from "@/data/actions";
import { convertBackup } from "@/data/images";
import { Ago } from "@/parts/Ago";
import { ImageRow } from "@/parts/ImageRow";
import { DeleteSnapshot } from "@/parts/snapshots/DeleteSnapshot";
import { ExportSnapshot } from "@/parts/snapshots/ExportSnapshot";
import { RenameImage } from "@/parts/snapshots/RenameImage";
import { CONSISTENCY } from "@/parts/snapshots/words";
import { bytes } from "@/parts/words";
import { RestoreImage } from "@/pages/droplet/snapshots/RestoreImage";
import type { TabProps } from "@/pages/droplet/tab";

type Deed = "restore" | "rename" | "export" | "delete";

interface Props extends TabProps {
  kind: "snapshot" | "backup";
  image: OwnSnapshot;
}

/** A Snapshot or a Backup of the Droplet; restoring it comes first. */
export function RestorableRow({ kind, image, droplet, detail }: Props) {
  const [deed, setDeed] = useState<Deed | null>(null);
  const convert = useRequest(convertBackup);
  const asked = (which: Deed) => ({ opened: deed === which, onClose: () => setDeed(null) });
  return (
    <ImageRow
      image={image}
      about={
        <>
          <Ago at={image.created_at} />
          {image.consistency && ` · ${CONSISTENCY[image.consistency]}`} · {bytes(image.used_bytes)}
        </>
      }
      trouble={image.damage}
      first={
        <Button size="xs" variant="default" onClick={() => setDeed("restore")}>
          Restore
        </Button>
      }
      menu={(then) => (
        <>
          <Menu.Item component={Link} href={`/droplets/new?image=${image.id}`} leftSection={<IconPlus size={16} aria-hidden />}>
            Create Droplet
          </Menu.Item>
          {kind === "backup" && (
            <Menu.Item leftSection={<IconCamera size={16} aria-hidden />} onClick={() => convert.mutate(image.id)}>
              Convert to Snapshot
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={then(() => setDeed("rename"))}>
            Rename
          </Menu.Item>
          {kind === "snapshot" && (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={then(() => setDeed("export"))}>
              Export
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" className="danger" leftSection={<IconTrash size={16} aria-hidden />} onClick={then(() => setDeed("delete"))}>
            Delete
          </Menu.Item>
        </>
      )}
    >
      <RestoreImage image={image} droplet={droplet} detail={detail} {...asked("restore")} />
      <RenameImage image={image} {...asked("rename")} />
      <ExportSnapshot snapshot={image} {...asked("export")} />
      <DeleteSnapshot kind={kind} snapshot={image} {...asked("delete")} />
    </ImageRow>
  );
}
