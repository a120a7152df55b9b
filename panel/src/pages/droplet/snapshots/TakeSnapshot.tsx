import { Button, Card, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useRequest } from "@/data/actions";
import { takeSnapshot } from "@/data/snapshots";
import { Failed } from "@/parts/Failed";
import { offeredName } from "@/parts/snapshots/words";
import { useMinutes } from "@/parts/useMinutes";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

const LONGEST_NAME = 255; // as the API has it
const AS_IT_IS_OFF = "The Droplet is off, so everything is on its disk.";
const AS_IT_IS_ON =
  "The Droplet is on and stays on. With the guest agent inside, files are flushed first; without it, the Snapshot is as after a power cut.";
const SHUT_DOWN = "The Droplet shuts down, the Snapshot is taken, and the Droplet is switched on again.";

/** Asks for a Snapshot, and says what will happen because the Droplet is on or off. */
export function TakeSnapshot({ droplet, detail, taken }: TabProps & { taken: readonly string[] }) {
  const [typed, setTyped] = useState<string | null>(null);
  const [off, setOff] = useState(false);
  const now = useMinutes(); // a page may be open for days
  const busy = useBusy({ droplet, detail });
  const { mutate, isPending, error } = useRequest(takeSnapshot, { quiet: true });
  const on = droplet.status === "active";
  const name = typed ?? offeredName(taken, new Date(now));

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ dropletId: droplet.id, name: name.trim(), off: on && off }, { onSuccess: () => setTyped(null) });
  }

  return (
    <Card withBorder component="form" onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name of the Snapshot"
            flex="1 1 14rem"
            value={name}
            maxLength={LONGEST_NAME}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" loading={isPending} disabled={busy !== "" || name.trim() === ""}>
            Take Snapshot
          </Button>
        </Group>
        {on && <Checkbox label="Shut down first, then on again" checked={off} onChange={(event) => setOff(event.currentTarget.checked)} />}
        <Text size="sm" c="dimmed">
          {busy ? `Busy: ${busy}.` : on ? (off ? SHUT_DOWN : AS_IT_IS_ON) : AS_IT_IS_OFF}
        </Text>
        {error && <Failed error={error} />}
      </Stack>
    </Card>
  );
}
