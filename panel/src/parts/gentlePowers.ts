import type { Droplet } from "@/api/types";

const ON = { type: "power_on", verb: "Power on" } as const;
const OFF = { type: "shutdown", verb: "Shut down" } as const;
const AGAIN = { type: "reboot", verb: "Reboot" } as const;

/** What can be done with a Droplet's power now that loses nothing, so that nobody has to be asked first. */
export function gentlePowers({ status, locked }: Pick<Droplet, "status" | "locked">) {
  if (locked) return [];
  return status === "active" ? [OFF, AGAIN] : [ON];
}
