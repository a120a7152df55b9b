import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";

import type { KeptDisk, OwnDroplet } from "@/api/types";
import { useRequest } from "@/data/actions";
import { undo } from "@/data/droplets";
import { Ago, Remaining } from "@/parts/Ago";

/** The way back from a restore or a rebuild, while there is one; nothing otherwise. */
export function UndoNotice({ detail }: { detail: OwnDroplet }) {
  if (detail.kept_disks.length === 0) return null;
  return (
    <Alert color="blue" icon={<IconArrowBackUp aria-hidden />} role="status">
      <Stack gap="xs">
        {detail.kept_disks.map((disk) => (
          <Kept key={disk.id} disk={disk} dropletId={detail.id} locked={detail.open_action_id !== null} />
        ))}
      </Stack>
    </Alert>
  );
}

function Kept({ disk, dropletId, locked }: { disk: KeptDisk; dropletId: number; locked: boolean }) {
  const { mutate, isPending } = useRequest(undo);
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" component="div" flex="1 1 16rem">
        The disk that was replaced <Ago at={disk.replaced_at} /> is kept for <Remaining until={disk.kept_until} />, less when space is short. Undo puts it
        back, and keeps the present one instead.
      </Text>
      <Button size="compact-sm" variant="default" loading={isPending} disabled={locked} onClick={() => mutate({ dropletId, disk: disk.id })}>
        Undo
      </Button>
    </Group>
  );
}
