import { Anchor } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "wouter";

import { Empty } from "@/parts/Empty";

export function NotFound() {
  return (
    <Empty icon={IconMapOff} title="There is nothing here">
      <Anchor component={Link} href="/droplets">
        To your Droplets
      </Anchor>
    </Empty>
  );
}
