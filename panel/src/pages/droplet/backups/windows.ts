/** When Backups are made, in words. The API counts in UTC; people live in zones. */

export const HOURS = [0, 4, 8, 12, 16, 20]; // at which a window can open, in UTC
const WINDOW_HOURS = 4;

export const WEEKDAYS = [
  { value: "MON", label: "Monday" },
  { value: "TUE", label: "Tuesday" },
  { value: "WED", label: "Wednesday" },
  { value: "THU", label: "Thursday" },
  { value: "FRI", label: "Friday" },
  { value: "SAT", label: "Saturday" },
  { value: "SUN", label: "Sunday" },
] as const;

export type Weekday = (typeof WEEKDAYS)[number]["value"];

const clock = (hour: number): string => `${String(hour % 24).padStart(2, "0")}:00`;

/** A window as the API has it: "20:00 to 00:00 UTC". */
export const inUtc = (hour: number): string => `${clock(hour)} to ${clock(hour + WINDOW_HOURS)} UTC`;

/** The same where the viewer is, `offset` minutes behind UTC as a Date has it: "from 15:30"; null where that is UTC. */
export function here(hour: number, offset = new Date().getTimezoneOffset()): string | null {
  if (offset === 0) return null;
  const minutes = (((hour * 60 - offset) % 1440) + 1440) % 1440;
  return `from ${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")} in your zone`;
}
