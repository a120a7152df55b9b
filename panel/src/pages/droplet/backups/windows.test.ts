import { describe, expect, it } from "vitest";

import { here, inUtc } from "@/pages/droplet/backups/windows";

describe("the windows of Backups", () => {
  it("are told as the API has them", () => {
    expect(inUtc(0)).toBe("00:00 to 04:00 UTC");
    expect(inUtc(20)).toBe("20:00 to 00:00 UTC");
  });

  it("are told where the viewer is, also across midnight and in half hours", () => {
    expect(here(4, 0)).toBeNull();
    expect(here(0, 300)).toBe("from 19:00 in your zone");
    expect(here(20, -330)).toBe("from 01:30 in your zone");
  });
});
