import { describe, expect, it } from "vitest";

import type { MetricsPoint } from "@/api/types";
import { columns, type GraphPlan, GRAPHS, isEmpty, plansOf } from "@/pages/droplet/graphs/series";

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

  it("of what only the guest knows are there when it tells", () => {
    const told = { ...point(15, 1), load_1: 0.5, load_15: null, memory_free_bytes: null, memory_available_bytes: null, filesystem_free_bytes: null, filesystem_size_bytes: null };
    const silent = { ...told, load_1: null };
    expect(plansOf([silent])).toEqual(GRAPHS);
    expect(plansOf([silent, told]).map(({ title }) => title)).toEqual([...GRAPHS.map(({ title }) => title), "Load"]);
  });

  it("know when there is nothing to draw", () => {
    expect(isEmpty([], plan)).toBe(true);
    expect(isEmpty([point(15, null)], plan)).toBe(true);
    expect(isEmpty([point(15, 0)], plan)).toBe(false);
  });
});
