import { describe, expect, it } from "vitest";

import { isCarried, isLoopback, isPort } from "@/pages/droplet/portWords";

describe("ports", () => {
  it("tells an address that only this machine reaches from others", () => {
    expect(isLoopback("127.0.0.1")).toBe(true);
    expect(isLoopback("0.0.0.0")).toBe(false);
    expect(isLoopback("12.7.0.1")).toBe(false);
  });

  it("takes whole numbers up to the last port", () => {
    expect([0, 1, 80.5, 65_535, 65_536, "80", ""].map(isPort)).toEqual([false, true, false, true, false, false, false]);
  });

  it("needs a reconnection for a port that a running Droplet's network does not carry", () => {
    const running = { observed: "running", forwards: [{ host_port: 22, guest_port: 22 }] } as const;
    expect(isCarried({ ...running, forwards: [...running.forwards] }, 22)).toBe(true);
    expect(isCarried({ ...running, forwards: [...running.forwards] }, 8080)).toBe(false);
    expect(isCarried({ observed: "absent", forwards: [] }, 8080)).toBe(true);
  });
});
