import { Button, Group } from "@mantine/core";
import { IconLink, IconPackageImport, IconUpload } from "@tabler/icons-react";
import { useState } from "react";

import type { OwnImage } from "@/api/types";
import { useCustomImages } from "@/data/images";
import { DeleteImage } from "@/pages/images/DeleteImage";
import { EditImage } from "@/pages/images/EditImage";
import { ImageList } from "@/pages/images/ImageList";
import { CreatableRow } from "@/pages/images/CreatableRow";
import { ImportFromUrl } from "@/pages/images/ImportFromUrl";
import { SentFiles } from "@/pages/images/SentFiles";
import { UploadImage } from "@/pages/images/UploadImage";
import { Ago } from "@/parts/Ago";
import { Empty } from "@/parts/Empty";

/** Disks from elsewhere. */
export function CustomImages() {
  const [way, setWay] = useState<"upload" | "url" | null>(null);
  const asked = (which: typeof way) => ({ opened: way === which, onClose: () => setWay(null) });
  return (
    <>
      <Group mb="md" gap="xs">
        <Button size="xs" variant="default" leftSection={<IconUpload size={14} aria-hidden />} onClick={() => setWay("upload")}>
          Upload
        </Button>
        <Button size="xs" variant="default" leftSection={<IconLink size={14} aria-hidden />} onClick={() => setWay("url")}>
          Import from a URL
        </Button>
      </Group>
      <ImageList
        query={useCustomImages()}
        empty={
          <Empty icon={IconPackageImport} title="No custom image yet">
            Bring a disk of your own: raw, qcow2, vmdk, vdi or vhdx, packed or not. cloud-init in it takes names and keys.
          </Empty>
        }
        row={(image) => <Row image={image} />}
      />
      <SentFiles />
      <UploadImage {...asked("upload")} />
      <ImportFromUrl {...asked("url")} />
    </>
  );
}

function Row({ image }: { image: OwnImage }) {
  const [deed, setDeed] = useState<"edit" | "delete" | null>(null);
  const asked = (which: typeof deed) => ({ opened: deed === which, onClose: () => setDeed(null) });
  const ready = image.status === "available";
  return (
    <CreatableRow
      image={image}
      ready={ready}
      about={
        <>
          {image.distribution} · <Ago at={image.created_at} />
          {image.size_gigabytes !== null && ` · ${image.size_gigabytes} GB`}
          {image.description && ` · ${image.description}`}
        </>
      }
      trouble={image.error_message || image.damage}
      menu={[
        ...(ready ? [{ label: "Edit", onClick: () => setDeed("edit") }] : []),
        { label: ready ? "Delete" : "Call off", danger: true, onClick: () => setDeed("delete") },
      ]}
    >
      <EditImage image={image} {...asked("edit")} />
      <DeleteImage image={image} title={ready ? "Delete this image?" : "Call its import off?"} verb={ready ? "Delete" : "Call off"} {...asked("delete")} />
    </CreatableRow>
  );
}
