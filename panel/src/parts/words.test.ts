import { describe, expect, it } from "vitest";

import { ago, bytes, duration, megabytes, remaining, today } from "@/parts/words";

describe("words for people", () => {
  it("tells ages in the largest unit that fits", () => {
    const now = Date.parse("2026-05-02T12:00:00Z");
    expect(ago("2026-05-02T11:59:30Z", now)).toBe("just now");
    expect(ago("2026-05-02T11:58:00Z", now)).toBe("2 minutes ago");
    expect(ago("2026-05-01T12:00:00Z", now)).toBe("yesterday");
    expect(ago("2026-04-01T12:00:00Z", now)).toBe("last month");
  });

  it("takes a clock that is ahead for now", () => {
    expect(ago("2026-05-02T12:00:10Z", Date.parse("2026-05-02T12:00:00Z"))).toBe("just now");
  });

  it("shows sizes to three digits", () => {
    expect(bytes(0)).toBe("0 B");
    expect(bytes(999)).toBe("999 B");
    expect(bytes(1000)).toBe("0.98 KB");
    expect(bytes(1.5 * 2 ** 30)).toBe("1.50 GB");
    expect(bytes(150 * 2 ** 20)).toBe("150 MB");
    expect(megabytes(512)).toBe("512 MB");
    expect(megabytes(2048)).toBe("2 GB");
  });

  it("tells how long something took", () => {
    expect(duration("2026-05-02T12:00:00Z", "2026-05-02T12:00:09Z")).toBe("9 s");
    expect(duration("2026-05-02T12:00:00Z", "2026-05-02T12:03:05Z")).toBe("3 min 5 s");
  });

  it("tells how long something is kept", () => {
    const now = Date.parse("2026-05-02T12:00:00Z");
    expect(remaining("2026-05-03T11:59:00Z", now)).toBe("23 hours");
    expect(remaining("2026-05-02T12:01:00Z", now)).toBe("1 minute");
    expect(remaining("2026-05-02T11:00:00Z", now)).toBe("less than a minute");
  });

  it("offers today's date in the viewer's zone", () => {
    expect(today(new Date(2026, 4, 1, 23, 59))).toBe("2026-05-01");
  });
});
