import type { OwnSnapshot } from "@/api/types";
import { today } from "@/parts/words";

/** What state the files in a Snapshot are in. */
export const CONSISTENCY: Record<NonNullable<OwnSnapshot["consistency"]>, string> = {
  off: "taken while off",
  frozen: "taken while on, files flushed",
  crash: "taken while on, as after a power cut",
};

/** The name to offer for a Snapshot: today's date, and the time as well once that is taken. */
export function offeredName(taken: readonly string[], now = new Date()): string {
  const pad = (part: number) => String(part).padStart(2, "0");
  const date = today(now);
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join(":");
  return taken.includes(date) ? `${date} ${time}` : date;
}
