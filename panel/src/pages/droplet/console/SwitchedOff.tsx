import { Button } from "@mantine/core";
import { IconPower } from "@tabler/icons-react";

import type { Droplet } from "@/api/types";
import { useDropletAction } from "@/data/actions";
import { Empty } from "@/parts/Empty";

/** In place of the console of a Droplet that is off, which has none. */
export function SwitchedOff({ droplet }: { droplet: Droplet }) {
  const { mutate, isPending } = useDropletAction(droplet.id);
  return (
    <Empty icon={IconPower} title="The Droplet is off">
      <Button variant="default" loading={isPending || droplet.locked} onClick={() => mutate({ type: "power_on" })}>
        Power on
      </Button>
    </Empty>
  );
}
