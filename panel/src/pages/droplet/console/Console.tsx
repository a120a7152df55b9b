import { Loader, SegmentedControl, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import type { TabProps } from "@/pages/droplet/tab";

const Serial = lazy(() => import("@/pages/droplet/console/Serial"));
const Screen = lazy(() => import("@/pages/droplet/console/Screen"));

const KINDS = [
  { value: "serial", label: "Serial console" },
  { value: "screen", label: "Screen" },
];

/**
 * To sit at the Droplet as if it stood on the desk: also when its network is broken. It is connected anew when an Action
 * ends, as that may have started another machine, and shows first what was said meanwhile.
 */
export function Console({ droplet }: TabProps) {
  const [kind, setKind] = useState("serial");
  const Kind = kind === "serial" ? Serial : Screen;
  return (
    <Stack>
      <SegmentedControl data={KINDS} value={kind} onChange={setKind} w="fit-content" aria-label="Which" />
      <Suspense fallback={<Loader aria-label="Loading" />}>
        <Kind key={`${droplet.id} ${droplet.status} ${String(droplet.locked)}`} id={droplet.id} name={droplet.name} />
      </Suspense>
      <Text size="sm" c="dimmed">
        Log in as root with the Droplet’s password. Shift Tab leaves the console.
      </Text>
    </Stack>
  );
}
