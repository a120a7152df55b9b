import { Tooltip } from "@mantine/core";

import { useMinutes } from "@/parts/useMinutes";
import { ago, exactly, remaining } from "@/parts/words";

/** How long ago something was; exact, in the viewer's zone, on hover. */
export const Ago = ({ at }: { at: string }) => <Instant at={at} words={ago} />;

/** How long something still is there; when that ends on hover. */
export const Remaining = ({ until }: { until: string }) => <Instant at={until} words={remaining} />;

function Instant({ at, words }: { at: string; words: (at: string, now: number) => string }) {
  const now = useMinutes();
  return (
    <Tooltip label={exactly(at)} withArrow>
      <time dateTime={at} tabIndex={-1}>
        {words(at, now)}
      </time>
    </Tooltip>
  );
}
