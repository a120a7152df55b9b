/** What is said of tokens, and with them. */

const DAY_SECONDS = 86_400;

/** How long a token can be made to work; null is for good. */
export const LIVES: readonly { label: string; seconds: number | null }[] = [
  { label: "For good", seconds: null },
  { label: "1 day", seconds: DAY_SECONDS },
  { label: "30 days", seconds: 30 * DAY_SECONDS },
  { label: "90 days", seconds: 90 * DAY_SECONDS },
  { label: "1 year", seconds: 365 * DAY_SECONDS },
];

/** What a shell needs for DigitalOcean's tools to talk to this Dew. */
export const shellLines = (address: string, secret: string): string =>
  [`export DIGITALOCEAN_API_URL=${address}`, `export DIGITALOCEAN_ACCESS_TOKEN=${secret}`, "doctl compute droplet list"].join("\n");

export const rights = (scopes: readonly string[]): string => (scopes.includes("write") ? "Reads and writes" : "Reads only");
