import { Box, Group, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";

import { ActionProgress } from "@/parts/ActionProgress";
import { CopyText } from "@/parts/CopyText";
import { addressOf, imageLabel, sizeLabel } from "@/parts/describe";
import { Status } from "@/parts/Status";
import { PowerSwitch } from "@/pages/droplet/PowerSwitch";
import { RenameDroplet } from "@/pages/droplet/RenameDroplet";
import type { TabProps } from "@/pages/droplet/tab";

/** What one wants to know of a Droplet whatever one does with it. */
export function Header({ droplet, detail }: TabProps) {
  useDocumentTitle(`${droplet.name} · Dew`);
  const address = addressOf(droplet);
  return (
    <Group justify="space-between" align="center" gap="md" mb="md">
      <Box flex="1 1 20rem" miw={0}>
        <Group gap="sm">
          <Group gap={4} wrap="nowrap" miw={0}>
            <Title order={1} size="h2" className="wrap">
              {droplet.name}
            </Title>
            <RenameDroplet droplet={droplet} />
          </Group>
          <Status status={droplet.status} reason={detail.damage || detail.reason} />
        </Group>
        <Group gap="xs" mt={4} mih={24}>
          {address && <CopyText text={address} label="address" />}
          <Text size="sm" c="dimmed" className="wrap">
            {imageLabel(droplet.image)} · {sizeLabel(droplet)}
          </Text>
        </Group>
      </Box>
      <div className="now">
        <PowerSwitch droplet={droplet} />
        <Box w={240} miw={0}>
          <ActionProgress id={detail.open_action_id} />
        </Box>
      </div>
    </Group>
  );
}
