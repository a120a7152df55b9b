import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";

import type { OwnSnapshot } from "@/api/types";
import { useRequest } from "@/data/actions";
import { useBackups } from "@/data/backups";
import { convertBackup } from "@/data/images";
import { ImageList } from "@/pages/images/ImageList";
import { CreatableRow } from "@/pages/images/CreatableRow";
import { Whose } from "@/pages/images/SnapshotImages";
import { Ago } from "@/parts/Ago";
import { Empty } from "@/parts/Empty";
import { DeleteSnapshot } from "@/parts/snapshots/DeleteSnapshot";
import { bytes } from "@/parts/words";

/** What was made automatically; each goes with its Droplet, unless it is converted to a Snapshot. */
export function BackupImages() {
  return (
    <ImageList
      query={useBackups()}
      empty={
        <Empty icon={IconHistory} title="No Backup yet">
          Enable Backups on a Droplet’s page. They are made automatically.
        </Empty>
      }
      row={(backup) => <Row backup={backup} />}
    />
  );
}

function Row({ backup }: { backup: OwnSnapshot }) {
  const [asked, setAsked] = useState(false);
  const convert = useRequest(convertBackup);
  return (
    <CreatableRow
      image={backup}
      about={
        <>
          <Whose dropletId={backup.droplet_id} /> · <Ago at={backup.created_at} /> · {bytes(backup.used_bytes)}
        </>
      }
      trouble={backup.damage}
      menu={[
        { label: "Convert to Snapshot", onClick: () => convert.mutate(backup.id) },
        { label: "Delete", danger: true, onClick: () => setAsked(true) },
      ]}
    >
      <DeleteSnapshot kind="backup" snapshot={backup} opened={asked} onClose={() => setAsked(false)} />
    </CreatableRow>
  );
}
