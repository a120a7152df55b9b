import { Card, Skeleton, Stack } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";

import { useSnapshotsOf } from "@/data/snapshots";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { RestorableRow } from "@/pages/droplet/snapshots/RestorableRow";
import { TakeSnapshot } from "@/pages/droplet/snapshots/TakeSnapshot";
import { UndoNotice } from "@/pages/droplet/snapshots/UndoNotice";
import type { TabProps } from "@/pages/droplet/tab";

/** Take Snapshots of a Droplet, and go back to one. */
export function Snapshots(props: TabProps) {
  const snapshots = useSnapshotsOf(props.droplet.id);
  if (snapshots.isError) return <Failed error={snapshots.error} again={() => void snapshots.refetch()} />;
  if (snapshots.isPending) return <Skeleton height={200} aria-label="Loading" />;
  return (
    <Stack gap="lg">
      <TakeSnapshot {...props} taken={snapshots.data.map(({ name }) => name)} />
      <UndoNotice detail={props.detail} />
      {snapshots.data.length === 0 ? (
        <Empty icon={IconCamera} title="No Snapshots yet">
          A Snapshot keeps the whole disk as it is now. Restore it when something bad happens, or create Droplets from it.
        </Empty>
      ) : (
        <Card withBorder py={0}>
          {snapshots.data.map((snapshot) => (
            <RestorableRow key={snapshot.id} kind="snapshot" image={snapshot} {...props} />
          ))}
        </Card>
      )}
    </Stack>
  );
}
