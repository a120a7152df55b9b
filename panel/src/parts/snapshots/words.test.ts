import { describe, expect, it } from "vitest";

import { offeredName } from "@/parts/snapshots/words";

describe("the name offered for a Snapshot", () => {
  const now = new Date(2026, 4, 1, 23, 5, 9);

  it("is today's date in the viewer's zone", () => {
    expect(offeredName([], now)).toBe("2026-05-01");
    expect(offeredName(["2026-04-30"], now)).toBe("2026-05-01");
  });

  it("has the time of day when the Droplet has one of that name", () => {
    expect(offeredName(["2026-05-01"], now)).toBe("2026-05-01 23:05:09");
  });
});
