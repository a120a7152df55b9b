import { Card, Group, Text } from "@mantine/core";

import { useOpenActions } from "@/data/actions";
import { CallOff } from "@/pages/images/CallOff";
import { ActionProgress } from "@/parts/ActionProgress";

/** Snapshots that are being imported, which are no Images yet. */
export function Arriving() {
  const arriving = [...useOpenActions("image").values()].filter((action) => action.kind === "import_snapshot");
  if (arriving.length === 0) return null;
  return (
    <Card withBorder py={0} mb="md">
      {arriving.map((action) => (
        <div key={action.id} className="row">
          <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
            <Text fw={600} className="wrap">
              {action.name}
            </Text>
            <CallOff action={action} />
          </Group>
          <ActionProgress id={action.id} />
        </div>
      ))}
    </Card>
  );
}
