/** Where a Droplet's console or screen is, as a WebSocket of this page's own host. */
export function socketAddress(dropletId: number, what: "console" | "screen"): string {
  const url = new URL(`/dew/v1/droplets/${dropletId}/${what}`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
