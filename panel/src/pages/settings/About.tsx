import { Alert, Anchor, Code, Group, Progress, ScrollArea, Skeleton, Stack, Text, Title, Button } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Allowance } from "@/api/types";
import { useLog, useStatus } from "@/data/status";
import { Ago } from "@/parts/Ago";
import { CopyText } from "@/parts/CopyText";
import { Facts } from "@/parts/Facts";
import { Failed } from "@/parts/Failed";
import { bytes } from "@/parts/words";

/** dewd itself: what it is, where it is, how much of the machine it has promised, and what it says. */
export function About() {
  const { data: status, error, refetch } = useStatus({ anew: true });
  if (error && !status) return <Failed error={error} again={() => void refetch()} />;
  if (!status) return <Skeleton height={240} aria-label="Loading" />;
  return (
    <Stack gap="xl">
      <Facts
        facts={[
          ["Version", status.version],
          ["dewd runs since", <Ago key="since" at={status.started_at} />],
          ["Guests run under", status.simulated ? "nothing: simulated" : status.acceleration],
          ["Data directory", <CopyText key="data" text={status.data} label="data directory" />],
          ["DigitalOcean’s API", <CopyText key="v2" text={`${location.origin}/v2`} label="address of DigitalOcean’s API" />],
          ["Dew’s own API", <CopyText key="own" text={`${location.origin}/dew/v1`} label="address of Dew’s own API" />],
          [
            "Both described",
            <Anchor key="described" href="/dew/v1/openapi.json" target="_blank" underline="always" inherit>
              OpenAPI document
            </Anchor>,
          ],
        ]}
      />
      {status.room && (
        <Alert color="red" className="wrap">
          {status.room}
        </Alert>
      )}
      {status.memory && <Promised name="Memory" of={status.memory} />}
      {status.disk && <Promised name="Disk" of={status.disk} free_bytes={status.disk.free_bytes} />}
      <Log />
    </Stack>
  );
}

/** Promises may be more than all there is, where a smaller overcommit was set since. */
function Promised({ name, of, free_bytes }: { name: string; of: Allowance; free_bytes?: number }) {
  const share = of.limit_bytes > 0 ? Math.min(100, (100 * of.promised_bytes) / of.limit_bytes) : 100;
  return (
    <section aria-label={name}>
      <Group justify="space-between" mb={4} gap="xs">
        <Text fw={600}>{name}</Text>
        <Text size="sm">
          {bytes(of.promised_bytes)} of {bytes(of.limit_bytes)} promised to Droplets
        </Text>
      </Group>
      <Progress value={share} size="lg" aria-label={`${name} promised to Droplets`} />
      <Text size="xs" c="dimmed" mt={4}>
        {bytes(of.total_bytes)} less {bytes(of.reserve_bytes)} in reserve, times {of.overcommit}
        {free_bytes !== undefined && ` · ${bytes(free_bytes)} free now`}
      </Text>
    </section>
  );
}

function Log() {
  const { data, error, isFetching, refetch } = useLog();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [data]);
  return (
    <div>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4" id="log">
          What dewd says
        </Title>
        <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>
          Read again
        </Button>
      </Group>
      {error && <Failed error={error} />}
      {data?.length === 0 && <Text c="dimmed">Nothing yet.</Text>}
      {data && data.length > 0 && (
        <ScrollArea.Autosize mah={420} viewportRef={place} viewportProps={{ tabIndex: 0, role: "region", "aria-labelledby": "log" }}>
          <Code block className="wrap-lines">
            {data.join("\n")}
          </Code>
        </ScrollArea.Autosize>
      )}
    </div>
  );
}
