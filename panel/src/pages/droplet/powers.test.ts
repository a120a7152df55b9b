import { describe, expect, it } from "vitest";

import { POWERS, type PowerType, whyNot } from "@/pages/droplet/powers";

const offered = (status: "active" | "off", wanted: "on" | "off", busy = ""): PowerType[] =>
  POWERS.filter(({ type }) => whyNot(type, { status }, { desired_power: wanted }, busy) === null).map(({ type }) => type);

describe("what can be done with the power", () => {
  it("is all but switching on while the Droplet is on", () => {
    expect(offered("active", "on")).toEqual(["shutdown", "reboot", "password_reset", "power_off", "power_cycle"]);
  });

  it("is switching on while it is off", () => {
    expect(offered("off", "off")).toEqual(["power_on"]);
  });

  it("lets one that fell over be told to stay off", () => {
    expect(offered("off", "on")).toEqual(["power_on", "shutdown", "reboot", "power_off"]);
  });

  it("is nothing while something is being done to it, and says what", () => {
    expect(offered("active", "on", "Resize")).toEqual([]);
    expect(whyNot("power_on", { status: "off" }, { desired_power: "off" }, "Resize")).toContain("Resize");
  });
});
