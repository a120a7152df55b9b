import { Button, Card, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";

import type { Finding } from "@/api/types";
import { useDoctor } from "@/data/doctor";
import { verdict, worstFirst } from "@/pages/settings/doctorWords";
import { Ago } from "@/parts/Ago";
import { Failed } from "@/parts/Failed";

const SIGNS = {
  ok: { icon: IconCircleCheck, color: "var(--mantine-color-teal-text)", label: "Fine" },
  warn: { icon: IconAlertTriangle, color: "var(--mantine-color-orange-text)", label: "Could be better" },
  fail: { icon: IconCircleX, color: "var(--mantine-color-red-text)", label: "To be mended" },
};

/** What this machine can do, and what to change. */
export function Doctor() {
  const { data, error, isFetching, dataUpdatedAt, refetch } = useDoctor();
  return (
    <Stack>
      <Group justify="space-between" gap="sm">
        <div className="shrinks" role="status">
          <Text fw={600}>{data ? verdict(data) : "Examining this machine…"}</Text>
          {data && (
            <Text size="sm" c="dimmed">
              Examined <Ago at={new Date(dataUpdatedAt).toISOString()} />
            </Text>
          )}
        </div>
        <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>
          Examine again
        </Button>
      </Group>
      {error && <Failed error={error} />}
      {data ? <Findings findings={data} /> : !error && <Skeleton height={320} />}
    </Stack>
  );
}

const Findings = ({ findings }: { findings: readonly Finding[] }) => (
  <Card withBorder py={0}>
    {worstFirst(findings).map((finding) => (
      <One key={finding.name} finding={finding} />
    ))}
  </Card>
);

function One({ finding }: { finding: Finding }) {
  const { icon: Sign, color, label } = SIGNS[finding.ok];
  return (
    <Group className="row" wrap="nowrap" align="flex-start" gap="sm">
      <Sign size={20} color={color} role="img" aria-label={label} className="fixed" />
      <div className="shrinks">
        <Text fw={600} size="sm">
          {finding.name}
        </Text>
        <Text size="sm" c="dimmed" className="wrap">
          {finding.found}
        </Text>
        {finding.advice && (
          <Text size="sm" className="wrap" mt={4}>
            {finding.advice}
          </Text>
        )}
      </div>
    </Group>
  );
}
