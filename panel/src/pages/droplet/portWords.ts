import type { OwnDroplet, Port } from "@/api/types";

const LAST_PORT = 65_535;

export const placeOf = ({ address, port }: Pick<Port, "address" | "port">): string => `${address}:${port}`;

/** Whether only this machine gets in at an address. */
export const isLoopback = (address: string): boolean => address.startsWith("127.");

export const isPort = (value: number | string): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= LAST_PORT;

/** Why a port that should be open is not, and when it will be. */
export const waitsFor = ({ observed }: Pick<OwnDroplet, "observed">): string =>
  observed === "running" ? "Not open yet: power cycle the Droplet, or open it anew with its network reconnected." : "Opens when the Droplet is on.";

/** Whether the Droplet's network carries a port of it as it is; one that it doesn't needs a reconnection or a start. */
export const isCarried = ({ forwards, observed }: Pick<OwnDroplet, "forwards" | "observed">, guestPort: number): boolean =>
  observed !== "running" || forwards.some((forward) => forward.guest_port === guestPort);
