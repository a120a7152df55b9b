import { useEffect, useRef, useState } from "react";

import { Ended } from "@/pages/droplet/console/Ended";

interface ConnectedProps {
  /** Draws into a place until it ends, and tells why; returns how to leave. It must stay the same while it is to stay. */
  connect: (place: HTMLElement, onEnd: (why: string) => void) => () => void;
  className: string;
  role?: "application";
  label?: string;
}

/** A place that something outside React draws into, over a connection that can be made anew. */
export function Connected({ connect, className, role, label }: ConnectedProps) {
  const place = useRef<HTMLDivElement>(null);
  const [ended, setEnded] = useState<string>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => (place.current ? connect(place.current, setEnded) : undefined), [connect, attempt]);

  function again(): void {
    setEnded(undefined);
    setAttempt(attempt + 1);
  }

  return (
    <div>
      {ended !== undefined && <Ended why={ended} again={again} />}
      <div ref={place} className={className} role={role} aria-label={label} />
    </div>
  );
}
