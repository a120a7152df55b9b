import { Anchor, Button } from "@mantine/core";
import { IconCamera, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";

import type { OwnSnapshot } from "@/api/types";
import { useDroplets } from "@/data/droplets";
import { useSnapshots } from "@/data/snapshots";
import { Arriving } from "@/pages/images/Arriving";
import { ImageList } from "@/pages/images/ImageList";
import { CreatableRow } from "@/pages/images/CreatableRow";
import { ImportSnapshot } from "@/pages/images/ImportSnapshot";
import { SentFiles } from "@/pages/images/SentFiles";
import { Ago } from "@/parts/Ago";
import { Empty } from "@/parts/Empty";
import { DeleteSnapshot } from "@/parts/snapshots/DeleteSnapshot";
import { ExportSnapshot } from "@/parts/snapshots/ExportSnapshot";
import { RenameImage } from "@/parts/snapshots/RenameImage";
import { CONSISTENCY } from "@/parts/snapshots/words";
import { bytes } from "@/parts/words";

/** The Snapshots of all Droplets, also of those that are gone. */
export function SnapshotImages() {
  const [importing, setImporting] = useState(false);
  const bring = (
    <Button variant="default" size="xs" mb="md" leftSection={<IconUpload size={14} aria-hidden />} onClick={() => setImporting(true)}>
      Import a Snapshot
    </Button>
  );
  return (
    <>
      {bring}
      <Arriving />
      <ImageList
        query={useSnapshots()}
        empty={
          <Empty icon={IconCamera} title="No Snapshot yet">
            Take one on a Droplet’s Snapshots page. It outlives its Droplet.
          </Empty>
        }
        row={(snapshot) => <Row snapshot={snapshot} />}
      />
      <SentFiles />
      <ImportSnapshot opened={importing} onClose={() => setImporting(false)} />
    </>
  );
}

function Row({ snapshot }: { snapshot: OwnSnapshot }) {
  const [deed, setDeed] = useState<"rename" | "export" | "delete" | null>(null);
  const asked = (which: typeof deed) => ({ opened: deed === which, onClose: () => setDeed(null) });
  const about = (
    <>
      <Whose dropletId={snapshot.droplet_id} /> · <Ago at={snapshot.created_at} />
      {snapshot.consistency && ` · ${CONSISTENCY[snapshot.consistency]}`} · {bytes(snapshot.used_bytes)}
    </>
  );
  return (
    <CreatableRow
      image={snapshot}
      about={about}
      trouble={snapshot.damage}
      menu={[
        { label: "Rename", onClick: () => setDeed("rename") },
        { label: "Export", onClick: () => setDeed("export") },
        { label: "Delete", danger: true, onClick: () => setDeed("delete") },
      ]}
    >
      <RenameImage image={snapshot} {...asked("rename")} />
      <ExportSnapshot snapshot={snapshot} {...asked("export")} />
      <DeleteSnapshot snapshot={snapshot} {...asked("delete")} />
    </CreatableRow>
  );
}

/** Of which Droplet an Image is; one that is gone has no page any more. */
export function Whose({ dropletId }: { dropletId: number | null }) {
  const droplets = useDroplets();
  if (dropletId === null) return "imported";
  const droplet = droplets.data?.find((each) => each.id === dropletId);
  if (!droplet) return `of Droplet ${dropletId}, which is gone`;
  return (
    <>
      of{" "}
      <Anchor component={Link} href={`/droplets/${droplet.id}/snapshots`} inherit underline="always">
        {droplet.name}
      </Anchor>
    </>
  );
}
