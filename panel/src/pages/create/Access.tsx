import { Checkbox, Group, Stack, Text } from "@mantine/core";

import type { Key } from "@/api/types";
import { AddKey } from "@/parts/AddKey";

interface AccessProps {
  keys: readonly Key[];
  leftOut: ReadonlySet<number>;
  onLeaveOut: (ids: ReadonlySet<number>) => void;
}

/** Who can log in: all keys of the account unless some are left out; without any, a password. */
export function Access({ keys, leftOut, onLeaveOut }: AccessProps) {
  function toggle(id: number): void {
    const next = new Set(leftOut);
    if (!next.delete(id)) next.add(id);
    onLeaveOut(next);
  }

  return (
    <Stack gap="sm" align="flex-start">
      {keys.length > 0 && (
        <Group gap="lg" role="group" aria-label="SSH keys">
          {keys.map((key) => (
            <Checkbox key={key.id} label={<span className="wrap">{key.name}</span>} checked={!leftOut.has(key.id)} onChange={() => toggle(key.id)} />
          ))}
        </Group>
      )}
      {keys.every((key) => leftOut.has(key.id)) && (
        <Text size="sm" c="dimmed">
          Without a key, root gets a password, which is shown once on the Droplet’s page.
        </Text>
      )}
      <AddKey />
    </Stack>
  );
}
