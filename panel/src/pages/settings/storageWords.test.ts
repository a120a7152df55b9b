import { describe, expect, it } from "vitest";

import { placeOf, shares } from "@/pages/settings/storageWords";

const GB = 2 ** 30;
const disk = { total_bytes: 100 * GB, free_bytes: 40 * GB, reserve_bytes: GB, layers_bytes: 20 * GB, trash_bytes: 0, exports_bytes: 5 * GB, uploads_bytes: 0, caches_bytes: 0 };

describe("storage", () => {
  it("divides what is taken of the disk among its owners", () => {
    const found = shares(disk);
    expect(found.map(({ label, bytes }) => [label, bytes / GB])).toEqual([
      ["Droplets and Images", 20],
      ["Exports", 5],
      ["Not Dew’s", 35],
    ]);
  });

  it("counts nothing below zero where sizes were measured at different moments", () => {
    expect(shares({ ...disk, free_bytes: 90 * GB }).at(-1)?.bytes).toBe(0);
  });

  it("leads to where a thing is deleted", () => {
    expect(placeOf({ kind: "droplet", id: 7 })).toEqual({ word: "Droplet", path: "/droplets/7" });
    expect(placeOf({ kind: "base", id: 1 }).path).toBe("/images/distributions");
  });
});
