import { Alert, Autocomplete, Button, Card, Checkbox, Group, NumberInput, Stack, Text } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useRequest } from "@/data/actions";
import { exposePort } from "@/data/ports";
import { Failed } from "@/parts/Failed";
import { useBusy } from "@/pages/droplet/busy";
import { isCarried, isLoopback, isPort } from "@/pages/droplet/portWords";
import type { TabProps } from "@/pages/droplet/tab";

const THIS_MACHINE = "127.0.0.1";
const ADDRESSES = [
  { value: THIS_MACHINE, label: "127.0.0.1" },
  { value: "0.0.0.0", label: "0.0.0.0" },
];

/** Has a port of this machine lead to one of the Droplet's. */
export function OpenPort({ droplet, detail }: TabProps) {
  const [address, setAddress] = useState(THIS_MACHINE);
  const [port, setPort] = useState<number | string>("");
  const [guestPort, setGuestPort] = useState<number | string>("");
  const [reconnect, setReconnect] = useState(false);
  const busy = useBusy({ droplet, detail });
  const { mutate, isPending, error } = useRequest(exposePort, { quiet: true });
  const ready = isPort(port) && isPort(guestPort) && address.trim() !== "";
  const needsReconnect = isPort(guestPort) && !isCarried(detail, guestPort);

  function reset(): void {
    setPort("");
    setGuestPort("");
    setAddress(THIS_MACHINE);
    setReconnect(false);
  }

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    if (!isPort(port) || !isPort(guestPort)) return;
    const wish = { dropletId: droplet.id, address: address.trim(), port, guest_port: guestPort, reconnect: needsReconnect && reconnect };
    mutate(wish, { onSuccess: reset });
  }

  return (
    <Card withBorder component="form" onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <NumberInput label="Droplet's port" flex="1 1 7rem" min={1} max={65535} allowDecimal={false} hideControls value={guestPort} onChange={setGuestPort} />
          <NumberInput label="Port here" flex="1 1 7rem" min={1} max={65535} allowDecimal={false} hideControls value={port} onChange={setPort} />
          <Autocomplete label="Address here" flex="1 1 10rem" data={ADDRESSES} value={address} onChange={setAddress} />
          <Button type="submit" loading={isPending} disabled={!ready || busy !== "" || (needsReconnect && !reconnect)}>
            Open port
          </Button>
        </Group>
        {needsReconnect && (
          <Checkbox
            label="Reconnect the Droplet's network for this: connections that are open now break. Or open the port while the Droplet is off."
            checked={reconnect}
            onChange={(event) => setReconnect(event.currentTarget.checked)}
          />
        )}
        {address && !isLoopback(address) && (
          <Alert color="orange" p="xs">
            Whoever reaches this machine at that address gets to the Droplet{address === "0.0.0.0" && ", from all networks it is in"}.
          </Alert>
        )}
        {busy && (
          <Text size="sm" c="dimmed">
            Busy: {busy}.
          </Text>
        )}
        {error && <Failed error={error} />}
      </Stack>
    </Card>
  );
}
