import type { Droplet, OwnDroplet } from "@/api/types";

export type PowerType = "power_on" | "shutdown" | "reboot" | "power_off" | "power_cycle" | "password_reset";

export interface Power {
  type: PowerType;
  verb: string;
  /** What it does. */
  does: string;
  /** What can be lost by it; asked about first. */
  loses?: string;
}

const LOSES = "What programs inside have not written to the disk yet is lost.";

/** What can be done with a Droplet's power: the gentle ones first. */
export const POWERS: readonly Power[] = [
  { type: "power_on", verb: "Power on", does: "Boots from its disk." },
  { type: "shutdown", verb: "Shut down", does: "Asks the system inside to shut down. Nothing is lost." },
  { type: "reboot", verb: "Reboot", does: "Shuts down and boots again; hard if the system inside does not answer." },
  { type: "password_reset", verb: "Reset password", does: "The guest agent inside gives root a new one, which is shown here once." },
  { type: "power_off", verb: "Power off", does: "Pulls the plug.", loses: LOSES },
  { type: "power_cycle", verb: "Power cycle", does: "Pulls the plug, then boots.", loses: LOSES },
];

/** Why a power can't be used now; null if it can. `busy` is what is being done to the Droplet, "" for nothing. */
export function whyNot(
  type: PowerType,
  { status }: Pick<Droplet, "status">,
  { desired_power: wanted }: Pick<OwnDroplet, "desired_power">,
  busy: string,
): string | null {
  if (busy) return `Busy: ${busy}.`;
  if (type === "power_on") return status === "active" ? "It is on." : null;
  if (status === "active") return null;
  const comesBack = wanted === "on" && type !== "password_reset" && type !== "power_cycle"; // it fell over, and is started again
  return comesBack ? null : "It is off.";
}
