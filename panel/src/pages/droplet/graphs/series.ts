import type { MetricsPoint } from "@/api/types";

/** One graph: its title, how its numbers are written, and a line for each of its members. */
export interface GraphPlan {
  title: string;
  unit: "percent" | "bytes" | "bytes a second" | "tasks";
  lines: readonly { label: string; of: (point: MetricsPoint) => number | null }[];
}

/** What the guest itself has to tell, and many don't: drawn only where it does. */
export const TOLD_INSIDE: readonly GraphPlan[] = [
  {
    title: "Load",
    unit: "tasks",
    lines: [
      { label: "1 minute", of: (point) => point.load_1 },
      { label: "15 minutes", of: (point) => point.load_15 },
    ],
  },
  {
    title: "Memory inside",
    unit: "bytes",
    lines: [
      { label: "Available", of: (point) => point.memory_available_bytes },
      { label: "Free", of: (point) => point.memory_free_bytes },
    ],
  },
  {
    title: "Filesystem",
    unit: "bytes",
    lines: [
      { label: "Free", of: (point) => point.filesystem_free_bytes },
      { label: "Size", of: (point) => point.filesystem_size_bytes },
    ],
  },
];

export const GRAPHS: readonly GraphPlan[] = [
  { title: "Processor", unit: "percent", lines: [{ label: "CPU", of: (point) => point.cpu_percent }] },
  { title: "Memory of this machine", unit: "bytes", lines: [{ label: "Taken", of: (point) => point.memory_bytes }] },
  {
    title: "Disk",
    unit: "bytes a second",
    lines: [
      { label: "Read", of: (point) => point.disk_read_bytes_per_second },
      { label: "Written", of: (point) => point.disk_write_bytes_per_second },
    ],
  },
  {
    title: "Network",
    unit: "bytes a second",
    lines: [
      { label: "In", of: (point) => point.network_received_bytes_per_second },
      { label: "Out", of: (point) => point.network_sent_bytes_per_second },
    ],
  },
];

/** The graphs that there is something to say in; those that dewd measures itself are always among them. */
export const plansOf = (points: readonly MetricsPoint[]): readonly GraphPlan[] => [
  ...GRAPHS,
  ...TOLD_INSIDE.filter((plan) => !isEmpty(points, plan)),
];

/**
 * Columns as uPlot wants them: seconds, then one for each line. Steps that were not measured are left out by dewd: an
 * empty one in their place breaks the line, which would tell of something that nobody saw.
 */
export function columns(points: readonly MetricsPoint[], plan: GraphPlan, stepSeconds: number): (number | null)[][] {
  const times: number[] = [];
  const lines: (number | null)[][] = plan.lines.map(() => []);
  for (const point of points) {
    const at = Date.parse(point.at) / 1000;
    const before = times.at(-1);
    if (before !== undefined && at - before > 1.5 * stepSeconds) {
      times.push(before + stepSeconds);
      for (const line of lines) line.push(null);
    }
    times.push(at);
    plan.lines.forEach(({ of }, place) => lines[place]?.push(of(point)));
  }
  return [times, ...lines];
}

/** Whether there is anything to draw. */
export const isEmpty = (points: readonly MetricsPoint[], plan: GraphPlan): boolean =>
  points.every((point) => plan.lines.every(({ of }) => of(point) === null));
