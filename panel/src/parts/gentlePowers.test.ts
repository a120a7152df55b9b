import { expect, it } from "vitest";

import { gentlePowers } from "@/parts/gentlePowers";

const verbs = (status: "active" | "off", locked = false): string[] => gentlePowers({ status, locked }).map(({ verb }) => verb);

it("offers what can be done with a Droplet's power, and nothing while it is busy", () => {
  expect(verbs("active")).toEqual(["Shut down", "Reboot"]);
  expect(verbs("off")).toEqual(["Power on"]);
  expect(verbs("off", true)).toEqual([]);
});
