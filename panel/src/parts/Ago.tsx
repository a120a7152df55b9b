import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

import { ago, exactly } from "@/parts/words";

const MINUTE_MS = 60_000;

/** How long ago something was; exact, in the viewer's zone, on hover. */
export function Ago({ at }: { at: string }) {
  const now = useMinutes();
  return (
    <Tooltip label={exactly(at)} withArrow>
      <time dateTime={at} tabIndex={-1}>
        {ago(at, now)}
      </time>
    </Tooltip>
  );
}

/** The time, once a minute: all times on a page move on together. */
function useMinutes(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
