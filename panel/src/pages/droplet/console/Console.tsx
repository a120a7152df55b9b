import { Loader, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconDeviceDesktopOff } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useStatus } from "@/data/status";
import { SwitchedOff } from "@/pages/droplet/console/SwitchedOff";
import type { TabProps } from "@/pages/droplet/tab";
import { Empty } from "@/parts/Empty";

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
  const simulated = useStatus().data?.simulated ?? false;
  if (droplet.status === "off") return <SwitchedOff droplet={droplet} />;
  const Kind = kind === "serial" ? Serial : Screen;
  return (
    <Stack>
      <SegmentedControl data={KINDS} value={kind} onChange={setKind} w="fit-content" aria-label="Which" />
      {kind === "screen" && simulated ? (
        <Empty icon={IconDeviceDesktopOff} title="No screen">
          A simulated Droplet draws nothing. Its serial console is there.
        </Empty>
      ) : (
        <>
          <Suspense fallback={<Loader aria-label="Loading" />}>
            <Kind key={`${droplet.id} ${droplet.status} ${String(droplet.locked)}`} id={droplet.id} name={droplet.name} />
          </Suspense>
          <Text size="sm" c="dimmed">
            {simulated ? "Log in by any name, without a password." : "Log in as root with the Droplet’s password."} Shift Tab leaves the console.
          </Text>
        </>
      )}
    </Stack>
  );
}
