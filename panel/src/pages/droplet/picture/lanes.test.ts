import { describe, expect, it } from "vitest";

import type { HistoryNode } from "@/api/types";
import { inOrder, laid, width } from "@/pages/droplet/picture/lanes";

const node = (key: string, parent: string | null, day: number, current = false): HistoryNode => ({
  key,
  parent,
  current,
  kind: "snapshot",
  id: day,
  name: key,
  created_at: `2026-05-${String(day).padStart(2, "0")}T00:00:00Z`,
  consistency: null,
  used_bytes: 0,
  droplet_id: 1,
  damage: "",
  can: [],
});
const image = node("image", null, 1);
const monday = node("monday", "image", 2);
const tuesday = node("tuesday", "monday", 3);
const now = node("now", "monday", 4, true); // restored to Monday since

describe("the picture of a disk's history", () => {
  it("stands the newest above, and now above all", () => {
    expect(inOrder([image, tuesday, now, monday]).map((each) => each.key)).toEqual(["now", "tuesday", "monday", "image"]);
  });

  it("never stands a point above what grew from it, whatever the clocks said", () => {
    const early = node("early", "tuesday", 1);
    expect(inOrder([tuesday, early, monday, image]).map((each) => each.key)).toEqual(["early", "tuesday", "monday", "image"]);
  });

  it("gives each branch a column and joins them where they parted", () => {
    const lines = laid([image, monday, tuesday, now]);
    expect(lines.map(({ node: { key }, lane }) => [key, lane])).toEqual([
      ["now", 0],
      ["tuesday", 1],
      ["monday", 0],
      ["image", 0],
    ]);
    expect(lines[2]).toMatchObject({ from: [0, 1], past: [], on: true });
    expect(lines[3]).toMatchObject({ from: [0], on: false });
    expect(width(lines)).toBe(2);
  });

  it("draws what it has when the rest was cut off", () => {
    expect(laid([tuesday])).toMatchObject([{ lane: 0, on: false }]);
    expect(width(laid([]))).toBe(1);
  });
});
