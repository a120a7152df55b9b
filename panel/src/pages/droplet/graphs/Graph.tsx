import "uplot/dist/uPlot.min.css";

import { Card, Text, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";

import type { MetricsPoint } from "@/api/types";
import { columns, type GraphPlan, isEmpty } from "@/pages/droplet/graphs/series";
import { bytes } from "@/parts/words";

const HEIGHT = 150;
const NARROWEST = 200;
const COLORS = { light: ["#006ac0", "#c2410c"], dark: ["#419ae6", "#fb923c"] };
const INK = { light: "#5c636a", dark: "#a6a7ab" };
const GRID = { light: "#e9ecef", dark: "#3b3b3b" };

const written = (value: number | null, unit: GraphPlan["unit"]): string => {
  if (value === null) return "–";
  return unit === "percent" ? `${value.toFixed(0)} %` : bytes(value) + (unit === "bytes" ? "" : "/s");
};

interface GraphProps {
  plan: GraphPlan;
  points: readonly MetricsPoint[];
  stepSeconds: number;
}

/** One graph of what a Droplet used; the values under the pointer are written below it. */
export default function Graph({ plan, points, stepSeconds }: GraphProps) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const empty = isEmpty(points, plan);

  useEffect(() => {
    if (!place.current || empty || width < NARROWEST) return undefined;
    const axis = { stroke: INK[scheme], grid: { stroke: GRID[scheme], width: 1 }, ticks: { show: false } };
    const graph = new UPlot(
      {
        width,
        height: HEIGHT,
        cursor: { y: false },
        scales: { y: { range: (_, __, most) => [0, Math.max(most, plan.unit === "percent" ? 100 : 1)] } },
        axes: [axis, { ...axis, size: 72, values: (_, ticks) => ticks.map((tick) => written(tick, plan.unit)) }],
        series: [
          {},
          ...plan.lines.map(({ label }, number) => ({
            label,
            stroke: COLORS[scheme][number] ?? INK[scheme],
            width: 1.5,
            value: (_: UPlot, value: number | null) => written(value, plan.unit),
          })),
        ],
      },
      columns(points, plan, stepSeconds) as UPlot.AlignedData,
      place.current,
    );
    return () => graph.destroy();
  }, [plan, points, stepSeconds, width, scheme, empty]);

  return (
    <Card withBorder padding="sm" component="figure" m={0} aria-label={plan.title}>
      <Text size="sm" fw={600} component="figcaption" mb={4}>
        {plan.title}
      </Text>
      <div ref={ref} style={{ minHeight: HEIGHT }}>
        {empty ? (
          <Text size="sm" c="dimmed">
            Nothing measured yet.
          </Text>
        ) : (
          <div ref={place} />
        )}
      </div>
    </Card>
  );
}
