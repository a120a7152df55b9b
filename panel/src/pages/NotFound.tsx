import { Anchor } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "wouter";

import { Empty } from "@/parts/Empty";

export function NotFound() {
  useDocumentTitle("Nothing here · Dew");
  return (
    <Empty icon={IconMapOff} title="There is nothing here" page>
      <Anchor component={Link} href="/droplets">
        To your Droplets
      </Anchor>
    </Empty>
  );
}
