import { Text } from "@mantine/core";

import type { OwnSnapshot } from "@/api/types";
import { useRequest } from "@/data/actions";
import { deleteImage } from "@/data/images";
import { useFreed } from "@/data/storage";
import { Confirm } from "@/parts/Confirm";
import { bytes } from "@/parts/words";

interface Props {
  snapshot: OwnSnapshot;
  kind?: "snapshot" | "backup";
  opened: boolean;
  onClose: () => void;
}

/** Asks before a Snapshot or a Backup is deleted: Droplets made from it are not touched. */
export function DeleteSnapshot({ snapshot, kind = "snapshot", opened, onClose }: Props) {
  const { mutate, isPending, error } = useRequest(deleteImage, { quiet: true });
  const freed = useFreed(kind, snapshot.id, opened);
  return (
    <Confirm
      title={`Delete this ${kind === "snapshot" ? "Snapshot" : "Backup"}?`}
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
        other Images, stay as they are.
      </Text>
      <Text size="sm" mih={20}>
        {freed !== undefined && `Frees ${bytes(freed)}. What others share stays.`}
      </Text>
    </Confirm>
  );
}
