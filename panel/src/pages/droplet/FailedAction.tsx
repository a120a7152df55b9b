import { Alert, Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconAlertCircle } from "@tabler/icons-react";
import { Link } from "wouter";

import { actionTitle, useActions } from "@/data/actions";
import { RetryAction } from "@/parts/RetryAction";

/** That the last Action failed, and why: until somebody says that it is known, in any window. */
export function FailedAction({ dropletId }: { dropletId: number }) {
  const [dismissed, dismiss] = useLocalStorage({ key: `dew-known-failure-${dropletId}`, defaultValue: 0, getInitialValueInEffect: false });
  const last = useActions(1, 1, { dropletId }).data?.actions[0];
  if (!last || last.status !== "errored" || last.id <= dismissed) return null;
  return (
    <Alert
      color="red"
      icon={<IconAlertCircle aria-hidden />}
      title={`${actionTitle(last)} failed`}
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={() => dismiss(last.id)}
      mb="md"
      role="alert"
    >
      <Stack gap="xs">
        <Text size="sm" className="wrap">
          {last.error}
        </Text>
        <Group gap="sm">
          {last.state === "stuck" && <RetryAction id={last.id} />}
          {last.kind === "shutdown" && (
            <Button component={Link} href={`/droplets/${dropletId}/power`} size="compact-sm" variant="default">
              Power
            </Button>
          )}
          <Anchor component={Link} href={`/droplets/${dropletId}/history`} size="sm">
            History
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  );
}
