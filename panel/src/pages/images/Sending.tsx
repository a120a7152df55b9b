import { Button, Group, Progress, Text } from "@mantine/core";

import type { useSending } from "@/pages/images/useSending";
import { Failed } from "@/parts/Failed";
import { bytes } from "@/parts/words";

interface SendingProps {
  of: ReturnType<typeof useSending>;
  file: File | undefined;
  ready: boolean;
  /** The word on the button that begins it. */
  verb: string;
}

/** How far a file is on its way, why it isn't, and the button that begins, stops and goes on. */
export function Sending({ of: { received, error, known, send, stop }, file, ready, verb }: SendingProps) {
  const sending = received !== undefined;
  const here = known?.received_bytes ?? 0; // nothing of a file whose checksum was wrong
  return (
    <>
      {here > 0 && !sending && <Text size="sm">{bytes(here)} of it are here already: it goes on from there.</Text>}
      {file && sending && (
        <div role="status">
          <Progress value={(100 * received) / (file.size || 1)} animated aria-label="Uploaded" />
          <Text size="sm" c="dimmed" mt={4}>
            {bytes(received)} of {bytes(file.size)}
          </Text>
        </div>
      )}
      {error !== undefined && <Failed error={error} />}
      <Group justify="flex-end">
        {sending ? (
          <Button variant="default" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button disabled={!ready} onClick={() => void send()}>
            {here > 0 ? "Go on" : verb}
          </Button>
        )}
      </Group>
    </>
  );
}
