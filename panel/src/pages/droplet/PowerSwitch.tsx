import { Loader, Switch } from "@mantine/core";

import type { Droplet } from "@/api/types";
import { useDropletAction } from "@/data/actions";

/** On and off in one click; off by asking the system inside, so that nothing is lost. */
export function PowerSwitch({ droplet }: { droplet: Droplet }) {
  const { mutate, isPending, variables } = useDropletAction(droplet.id);
  const busy = isPending || droplet.locked;
  const on = isPending ? variables.type === "power_on" : droplet.status === "active";
  return (
    <Switch
      size="lg"
      checked={on}
      readOnly={busy} // and not disabled, which would drop the focus
      aria-disabled={busy}
      onLabel="On"
      offLabel="Off"
      aria-label="Power"
      styles={{ trackLabel: { color: on ? undefined : "var(--mantine-color-text)" } }}
      thumbIcon={busy && <Loader size={12} aria-hidden />}
      onChange={() => mutate({ type: on ? "shutdown" : "power_on" })}
    />
  );
}
