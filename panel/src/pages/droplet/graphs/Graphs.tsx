import { Group, SegmentedControl, SimpleGrid, Skeleton, Stack, Title } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { type Hours, useMetrics } from "@/data/metrics";
import { plansOf } from "@/pages/droplet/graphs/series";
import { Failed } from "@/parts/Failed";

const Graph = lazy(() => import("@/pages/droplet/graphs/Graph"));

const SPANS = [
  { value: "1", label: "Hour" },
  { value: "24", label: "Day" },
];
const waiting = <Skeleton height={200} />;

/** What a Droplet used of processor, memory, disk and network. */
export function Graphs({ dropletId }: { dropletId: number }) {
  const [hours, setHours] = useState<Hours>(1);
  const metrics = useMetrics(dropletId, hours);
  if (metrics.isError) return <Failed error={metrics.error} again={() => void metrics.refetch()} />;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Use
        </Title>
        <SegmentedControl size="xs" data={SPANS} value={String(hours)} onChange={(value) => setHours(value === "1" ? 1 : 24)} aria-label="How far back" />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {plansOf(metrics.data?.points ?? []).map((plan) => (
          <Suspense key={plan.title} fallback={waiting}>
            {metrics.data ? <Graph plan={plan} points={metrics.data.points} stepSeconds={metrics.data.step_seconds} spanSeconds={hours * 3600} /> : waiting}
          </Suspense>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
