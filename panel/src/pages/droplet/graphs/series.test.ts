import { describe, expect, it } from "vitest";

import type { MetricsPoint } from "@/api/types";
import { columns, type GraphPlan, isEmpty } from "@/pages/droplet/graphs/series";

const plan: GraphPlan = { title: "Processor", unit: "percent", lines: [{ label: "CPU", of: (point) => point.cpu_percent }] };
const point = (seconds: number, cpu: number | null) => ({ at: new Date(seconds * 1000).toISOString(), cpu_percent: cpu }) as MetricsPoint;

describe("graphs", () => {
  it("draw one value for each step", () => {
    expect(columns([point(15, 1), point(30, 2)], plan, 15)).toEqual([
      [15, 30],
      [1, 2],
    ]);
  });

  it("break where nothing was measured", () => {
    expect(columns([point(15, 1), point(90, 2)], plan, 15)).toEqual([
      [15, 30, 90],
      [1, null, 2],
    ]);
  });

  it("know when there is nothing to draw", () => {
    expect(isEmpty([], plan)).toBe(true);
    expect(isEmpty([point(15, null)], plan)).toBe(true);
    expect(isEmpty([point(15, 0)], plan)).toBe(false);
  });
});
