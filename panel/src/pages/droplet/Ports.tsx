import { Button, Card, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { OwnDroplet, Port } from "@/api/types";
import { useRequest } from "@/data/actions";
import { hidePort, usePorts } from "@/data/ports";
import { Confirm } from "@/parts/Confirm";
import { Failed } from "@/parts/Failed";
import { isLoopback, placeOf, waitsFor } from "@/pages/droplet/portWords";
import { OpenPort } from "@/pages/droplet/OpenPort";
import type { TabProps } from "@/pages/droplet/tab";

/** The ports of this machine that lead to a Droplet, so that it is reached from elsewhere. */
export function Ports(props: TabProps) {
  const ports = usePorts(props.droplet.id);
  return (
    <Stack gap="lg">
      <OpenPort {...props} />
      {ports.isError ? (
        <Failed error={ports.error} again={() => void ports.refetch()} />
      ) : ports.isPending ? (
        <Skeleton height={80} aria-label="Loading" />
      ) : ports.data.length === 0 ? (
        <Text c="dimmed">No port of this machine leads here. The Droplet is reached at its own address, from this machine only.</Text>
      ) : (
        <Card withBorder py={0}>
          {ports.data.map((port) => (
            <Row key={placeOf(port)} port={port} detail={props.detail} locked={props.droplet.locked} />
          ))}
        </Card>
      )}
    </Stack>
  );
}

function Row({ port, detail, locked }: { port: Port; detail: OwnDroplet; locked: boolean }) {
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, error } = useRequest(hidePort, { quiet: true });
  const close = () => setAsking(false);
  const place = placeOf(port);
  return (
    <Group className="row" justify="space-between" wrap="nowrap" gap="sm">
      <div className="shrinks">
        <Text className="mono wrap" size="sm">
          {place} → {port.guest_port}
        </Text>
        <Text size="sm" c="dimmed">
          {isLoopback(port.address) ? "From this machine only." : "From other machines too."} {port.open ? "Open." : waitsFor(detail)}
        </Text>
      </div>
      <Button size="xs" variant="default" disabled={locked} aria-label={`Close ${place}`} onClick={() => setAsking(true)}>
        Close
      </Button>
      <Confirm
        title={`Close ${place}?`}
        verb="Close port"
        danger
        opened={asking}
        onClose={close}
        pending={isPending}
        error={error}
        onConfirm={() => mutate({ dropletId: detail.id, address: port.address, port: port.port }, { onSuccess: close })}
      >
        Connections through it end now. Others go on.
      </Confirm>
    </Group>
  );
}
