import RFB from "@novnc/novnc";
import { useEffect, useRef, useState } from "react";

import { socketAddress } from "@/pages/droplet/console/address";
import { Ended } from "@/pages/droplet/console/Ended";

const LOST = "The screen was closed.";

/** The Droplet's screen, with its keyboard and mouse. */
export default function Screen({ id, name }: { id: number; name: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [ended, setEnded] = useState<string>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => (place.current ? connect(place.current, id, setEnded) : undefined), [id, attempt]);

  function again(): void {
    setEnded(undefined);
    setAttempt(attempt + 1);
  }

  return (
    <div>
      {ended !== undefined && <Ended why={ended} again={again} />}
      <div ref={place} className="screen-place" role="application" aria-label={`Screen of ${name}`} />
    </div>
  );
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
