import { Group, Loader, Progress, Stack, Text } from "@mantine/core";

import { actionTitle, useAction } from "@/data/actions";

/** What is being done to a Droplet or an Image, and how far that is; nothing while nothing is. */
export function ActionProgress({ id, compact = false }: { id: number | null; compact?: boolean }) {
  const { data: action } = useAction(id);
  if (id === null || !action || action.status !== "in-progress") return null;
  const title = actionTitle(action);
  if (compact) {
    return (
      <Group gap={6} wrap="nowrap">
        <Loader size={14} aria-hidden />
        <Text size="xs" c="dimmed" className="name">
          {title} {action.progress > 0 && `${action.progress} %`}
        </Text>
      </Group>
    );
  }
  return (
    <Stack gap={4} role="status">
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={500} className="name">
          {title}
        </Text>
        <Text size="sm" c="dimmed" flex="none">
          {action.progress} %
        </Text>
      </Group>
      <Progress value={Math.max(action.progress, 3)} animated aria-label={title} />
      <Text size="xs" c="dimmed" className="name" mih={18} title={action.message}>
        {action.message}
      </Text>
    </Stack>
  );
}
