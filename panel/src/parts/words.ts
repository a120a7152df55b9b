/** Numbers and times as people read them. */

const UNITS = ["B", "KB", "MB", "GB", "TB"];
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** "3 hours ago". What is younger than a minute, or ahead by a slow clock, is "just now". */
export function ago(at: string, now = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  const step = STEPS.find(([, size]) => seconds >= size);
  return step ? relative.format(-Math.floor(seconds / step[1]), step[0]) : "just now";
}

/** An instant in the viewer's zone, to the second. */
export const exactly = (at: string): string => exact.format(new Date(at));

/** Bytes in binary units, to three digits: "1.46 GB". */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** Memory as sizes name it: 512 MB, 2 GB. */
export const megabytes = (mb: number): string => (mb < 1024 ? `${mb} MB` : `${mb / 1024} GB`);

/** "1 Droplet", "3 Droplets". */
export const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

/** Money as DigitalOcean writes it: $6.00, and $0.00893 for an hour. */
export const dollars = (amount: number, digits = 2): string => `$${amount.toFixed(digits)}`;

/** How long something took: "0.4 s", "12 s", "3 min 5 s". */
export function duration(from: string, to: string): string {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** How long something is still there: "23 hours", "less than a minute". */
export function remaining(until: string, now = Date.now()): string {
  const seconds = (Date.parse(until) - now) / 1000;
  const step = STEPS.find(([, size]) => seconds >= size);
  return step ? count(Math.floor(seconds / step[1]), step[0]) : "less than a minute";
}

/** Today, as a Snapshot's name: 2026-05-01, in the viewer's zone. */
export function today(now = new Date()): string {
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
