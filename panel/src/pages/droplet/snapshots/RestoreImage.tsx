import { List, Text } from "@mantine/core";

import { useDropletAction } from "@/data/actions";
import { Ago } from "@/parts/Ago";
import { Confirm } from "@/parts/Confirm";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

interface Props extends TabProps {
  image: { id: number; name: string; created_at: string };
  opened: boolean;
  onClose: () => void;
}

/** Asks whether the disk is to become what it was: what that loses, what stays, and the way back. */
export function RestoreImage({ image, droplet, detail, opened, onClose }: Props) {
  const { mutate, isPending, error } = useDropletAction(droplet.id, { quiet: true });
  const busy = useBusy({ droplet, detail });
  const restart = droplet.status === "active" ? " It shuts down for that and is switched on again." : "";
  return (
    <Confirm
      title={`Restore ${droplet.name}?`}
      verb="Restore"
      danger
      opened={opened}
      onClose={onClose}
      pending={isPending}
      error={error ?? (busy ? `Busy: ${busy}.` : undefined)}
      onConfirm={() => mutate({ type: "restore", image: image.id }, { onSuccess: onClose })}
    >
      <Text size="sm" className="wrap">
        The disk becomes what it was when <b>{image.name}</b> was taken, <Ago at={image.created_at} />.{restart}
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>
          <b>Lost:</b> everything that was written to the disk since, unless another Snapshot has it.
        </List.Item>
        <List.Item>
          <b>Kept:</b> name, address, keys, size, ports, all Snapshots.
        </List.Item>
        <List.Item>
          <b>Way back:</b> the disk of now is kept for a day, sooner given up when space is short: Undo brings it back.
        </List.Item>
      </List>
    </Confirm>
  );
}
