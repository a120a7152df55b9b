export const MOST_DROPLETS = 10; // in one request: DigitalOcean's

const NAME = /^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/;
const LONGEST = 63; // of each part between dots, as in any host name

/** What is wrong with a name, in a sentence; null if nothing is. */
export function nameFault(name: string): string | null {
  if (!name) return "A name is needed.";
  if (!NAME.test(name)) return "Letters, digits, dots and hyphens only, beginning and ending with a letter or digit.";
  if (name.split(".").some((part) => part.length === 0)) return "No two dots side by side.";
  if (name.split(".").some((part) => part.length > LONGEST)) return `At most ${LONGEST} letters between two dots.`;
  return null;
}

/** A name that is free: from what the Droplet is made of, as "debian-12-1", "debian-12-2" … */
export function freeNames(base: string, taken: ReadonlySet<string>, count: number): string[] {
  const stem = base.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 40) || "droplet";
  const found: string[] = [];
  for (let number = 1; found.length < count; number++) {
    const name = `${stem}-${number}`;
    if (!taken.has(name)) found.push(name);
  }
  return found;
}
