import RFB from "@novnc/novnc";
import { useCallback } from "react";

import { socketAddress } from "@/pages/droplet/console/address";
import { Connected } from "@/pages/droplet/console/Connected";

const LOST = "The screen was closed.";

/** The Droplet's screen, with its keyboard and mouse. */
export default function Screen({ id, name }: { id: number; name: string }) {
  const join = useCallback((place: HTMLElement, onEnd: (why: string) => void) => connect(place, id, onEnd), [id]);
  return <Connected connect={join} className="screen-place" role="application" label={`Screen of ${name}`} />;
}

function connect(place: HTMLElement, id: number, onEnd: (why: string) => void): () => void {
  // A socket of our own: noVNC doesn't pass on the reason that it was closed for.
  const socket = new WebSocket(socketAddress(id, "screen"));
  let left = false;
  socket.addEventListener("close", ({ reason }) => {
    if (!left) onEnd(reason || LOST);
  });
  const screen = new RFB(place, socket);
  screen.scaleViewport = true;
  screen.background = "var(--mantine-color-default-hover)";
  screen.addEventListener("connect", () => screen.focus());
  return () => {
    left = true;
    screen.disconnect();
  };
}
