import { Text } from "@mantine/core";

import type { OwnSnapshot } from "@/api/types";
import { useRequest } from "@/data/actions";
import { deleteSnapshot } from "@/data/snapshots";
import { Confirm } from "@/parts/Confirm";

interface Props {
  snapshot: OwnSnapshot;
  opened: boolean;
  onClose: () => void;
}

/** Asks before a Snapshot is deleted; Droplets made from it are not touched. */
export function DeleteSnapshot({ snapshot, opened, onClose }: Props) {
  const { mutate, isPending, error } = useRequest(deleteSnapshot, { quiet: true });
  return (
    <Confirm
      title="Delete this Snapshot?"
      verb="Delete"
      danger
      opened={opened}
      onClose={onClose}
      pending={isPending}
      error={error}
      onConfirm={() => mutate(snapshot.id, { onSuccess: onClose })}
    >
      <Text size="sm" className="wrap">
        <b>{snapshot.name}</b> can&apos;t be restored or created from any more, and nothing brings it back. Droplets that were made from it, and
        other Snapshots, stay as they are.
      </Text>
    </Confirm>
  );
}
