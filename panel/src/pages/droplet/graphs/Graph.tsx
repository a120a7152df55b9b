import "uplot/dist/uPlot.min.css";

import { Card, Text, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";

import type { MetricsPoint } from "@/api/types";
import { columns, type GraphPlan, isEmpty } from "@/pages/droplet/graphs/series";
import { bytes } from "@/parts/words";

const HEIGHT = 150;
const WITH_VALUES = HEIGHT + 36; // and the line below it, kept free: nothing moves when it comes
const NARROWEST = 200;
const COLORS = { light: ["#006ac0", "#c2410c"], dark: ["#419ae6", "#fb923c"] };
const INK = { light: "#5c636a", dark: "#a6a7ab" };
const GRID = { light: "#e9ecef", dark: "#3b3b3b" };

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const atClock = (seconds: number): string => clock.format(new Date(seconds * 1000));
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power); // bytes from tick to tick

const written = (value: number | null, unit: GraphPlan["unit"]): string => {
  if (value === null) return "–";
  if (unit === "tasks") return value.toFixed(2);
  return unit === "percent" ? `${value.toFixed(0)} %` : bytes(value) + (unit === "bytes" ? "" : "/s");
};

interface GraphProps {
  plan: GraphPlan;
  points: readonly MetricsPoint[];
  stepSeconds: number;
  /** How far back it goes, measured or not. */
  spanSeconds: number;
}

/** One graph of what a Droplet used; the newest values are written below it, or those under the pointer. */
export default function Graph({ plan, points, stepSeconds, spanSeconds }: GraphProps) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const empty = isEmpty(points, plan);

  useEffect(() => {
    if (!place.current || empty || width < NARROWEST) return undefined;
    const axis = { stroke: INK[scheme], grid: { stroke: GRID[scheme], width: 1 }, ticks: { show: false } };
    const data = columns(points, plan, stepSeconds) as UPlot.AlignedData;
    const newest = data[0].length - 1;
    const end = data[0][newest] ?? 0;
    const tell = (drawn: UPlot) => drawn.setLegend({ idx: newest }, false);
    const graph = new UPlot(
      {
        width,
        height: HEIGHT,
        cursor: { y: false },
        scales: {
          x: { range: () => [end - spanSeconds, end] },
          y: { range: (_, __, most) => [0, Math.max(1.1 * most, plan.unit === "percent" ? 100 : 1)] },
        },
        axes: [
          { ...axis, size: 30, values: (_, ticks) => ticks.map(atClock) },
          {
            ...axis,
            size: 72,
            values: (_, ticks) => ticks.map((tick) => written(tick, plan.unit).replace(/\.0+ /, " ")),
            ...(plan.unit === "percent" || plan.unit === "tasks" ? {} : { incrs: BINARY }),
          },
        ],
        hooks: { ready: [tell], setCursor: [(drawn) => drawn.cursor.idx ?? tell(drawn)] },
        series: [
          { label: "At", value: (_: UPlot, at: number | null) => (at === null ? "–" : atClock(at)) },
          ...plan.lines.map(({ label }, number) => ({
            label,
            stroke: COLORS[scheme][number] ?? INK[scheme],
            width: 1.5,
            value: (_: UPlot, value: number | null) => written(value, plan.unit),
          })),
        ],
      },
      data,
      place.current,
    );
    return () => graph.destroy();
  }, [plan, points, stepSeconds, spanSeconds, width, scheme, empty]);

  return (
    <Card withBorder padding="sm" component="figure" m={0} aria-label={plan.title}>
      <Text size="sm" fw={600} component="figcaption" mb={4}>
        {plan.title}
      </Text>
      <div ref={ref} style={{ minHeight: WITH_VALUES }}>
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
