import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useDropletAction } from "@/data/actions";
import { Confirm } from "@/parts/Confirm";
import { useBusy } from "@/pages/droplet/busy";
import { type Power as PowerOf, POWERS, whyNot } from "@/pages/droplet/powers";
import { RootPassword, useRootPassword } from "@/pages/droplet/RootPassword";
import type { TabProps } from "@/pages/droplet/tab";

/** On, off, and what lies between; each says what it does, and why it can't be done now. */
export function Power({ droplet, detail }: TabProps) {
  const busy = useBusy({ droplet, detail });
  const password = useRootPassword(detail);
  return (
    <Stack gap="sm">
      {(detail.password_available || password.data) && (
        <Card withBorder>
          <Group justify="space-between">
            <Text fw={600}>New root password</Text>
            <RootPassword of={password} />
          </Group>
        </Card>
      )}
      <Card withBorder py={0}>
        {POWERS.map((power) => (
          <Row key={power.type} power={power} name={droplet.name} dropletId={droplet.id} why={whyNot(power.type, droplet, detail, busy)} />
        ))}
      </Card>
    </Stack>
  );
}

interface RowProps {
  power: PowerOf;
  name: string;
  dropletId: number;
  why: string | null;
}

function Row({ power: { type, verb, does, loses }, name, dropletId, why }: RowProps) {
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, error } = useDropletAction(dropletId, { quiet: asking });
  const close = () => setAsking(false);
  const act = () => mutate({ type }, { onSuccess: close });
  return (
    <div className="row deed">
      <Button
        variant={loses ? "outline" : "default"}
        color={loses ? "red" : undefined}
        disabled={why !== null}
        aria-describedby={`about-${type}`}
        loading={isPending && !asking}
        onClick={loses ? () => setAsking(true) : act}
      >
        {verb}
      </Button>
      <div id={`about-${type}`} className="about">
        <Text size="sm">
          {does} {loses}
        </Text>
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      </div>
      {loses && (
        <Confirm title={`${verb} ${name}?`} verb={verb} danger opened={asking} onClose={close} onConfirm={act} pending={isPending} error={error}>
          {`${does} ${loses} What is on the disk is kept.`}
        </Confirm>
      )}
    </div>
  );
}
