import { ActionIcon, Alert, Button, Group, Menu, Text } from "@mantine/core";
import { IconCamera, IconDots, IconDownload, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link } from "wouter";

import type { OwnSnapshot } from "@/api/types";
import { useOpenActions, useRequest } from "@/data/actions";
import { convertBackup } from "@/data/images";
import { ActionProgress } from "@/parts/ActionProgress";
import { Ago } from "@/parts/Ago";
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

/** A Snapshot or a Backup, and what can be done with it. */
export function ImageRow({ kind, image, droplet, detail }: Props) {
  const [deed, setDeed] = useState<Deed | null>(null);
  const convert = useRequest(convertBackup);
  const open = useOpenActions("image").get(image.id);
  const more = useRef<HTMLButtonElement>(null);
  const choose = (which: Deed) => {
    more.current?.focus(); // where the focus returns to: the menu's items are gone by then
    setDeed(which);
  };
  const asked = (which: Deed) => ({ opened: deed === which, onClose: () => setDeed(null) });
  return (
    <div className="row">
      <Group justify="space-between" gap="xs">
        <div className="shrinks entry">
          <Text fw={600} className="wrap">
            {image.name}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            <Ago at={image.created_at} />
            {image.consistency && ` · ${CONSISTENCY[image.consistency]}`} · {bytes(image.used_bytes)}
          </Text>
          {open && <ActionProgress id={open.id} compact />}
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => setDeed("restore")}>
            Restore
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon ref={more} variant="default" size={30} aria-label={`More for ${image.name}`}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} href={`/droplets/new?image=${image.id}`} leftSection={<IconPlus size={16} aria-hidden />}>
                Create Droplet
              </Menu.Item>
              {kind === "backup" && (
                <Menu.Item leftSection={<IconCamera size={16} aria-hidden />} onClick={() => convert.mutate(image.id)}>
                  Convert to Snapshot
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => choose("rename")}>
                Rename
              </Menu.Item>
              {kind === "snapshot" && (
                <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => choose("export")}>
                  Export
                </Menu.Item>
              )}
              <Menu.Divider />
              <Menu.Item color="red" className="danger" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => choose("delete")}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {image.damage && (
        <Alert color="red" mt="xs" p="xs" className="wrap">
          {image.damage}
        </Alert>
      )}
      <RestoreImage image={image} droplet={droplet} detail={detail} {...asked("restore")} />
      <RenameImage image={image} {...asked("rename")} />
      <ExportSnapshot snapshot={image} {...asked("export")} />
      <DeleteSnapshot kind={kind} snapshot={image} {...asked("delete")} />
    </div>
  );
}
