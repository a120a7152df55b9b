import { Stack, Text } from "@mantine/core";

import { Ago } from "@/parts/Ago";
import { CopyText } from "@/parts/CopyText";
import { addressOf, imageLabel } from "@/parts/describe";
import { Facts } from "@/parts/Facts";
import { Tags } from "@/parts/Tags";
import { dollars } from "@/parts/words";
import { Graphs } from "@/pages/droplet/graphs/Graphs";
import { RootPassword, useRootPassword } from "@/pages/droplet/RootPassword";
import { UndoNotice } from "@/pages/droplet/snapshots/UndoNotice";
import { sshCommand } from "@/pages/droplet/ssh";
import type { TabProps } from "@/pages/droplet/tab";

/** How to reach a Droplet, and what it is. */
export function Overview({ droplet, detail }: TabProps) {
  const address = addressOf(droplet);
  const ssh = sshCommand(detail);
  const password = useRootPassword(detail);
  return (
    <Stack gap="lg">
      <UndoNotice detail={detail} />
      <Facts
        facts={[
          ["Log in", ssh ? <CopyText text={ssh} label="ssh command" /> : <Text key="ssh" size="sm" c="dimmed" span>{droplet.status === "active" ? "no SSH port is open" : "when it is on"}</Text>],
          ["Address", address ? <CopyText text={address} label="address" /> : null],
          ["Root password", detail.password_available || password.data ? <RootPassword key="password" of={password} /> : null],
          ["Image", imageLabel(droplet.image)],
          ["Size", droplet.size_slug],
          ["Would cost", droplet.size.price_monthly > 0 ? `${dollars(droplet.size.price_monthly)} a month` : null],
          ["Region", droplet.region.name],
          ["Created", <Ago key="created" at={droplet.created_at} />],
          ["Features", droplet.features.length > 0 ? droplet.features.join(", ") : null],
          ["Id", String(droplet.id)],
          ["Tags", droplet.tags.length > 0 ? <Tags key="tags" tags={droplet.tags} /> : null],
        ]}
      />
      <Graphs dropletId={droplet.id} />
    </Stack>
  );
}
