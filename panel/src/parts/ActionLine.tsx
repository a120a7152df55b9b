import { Badge, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { OwnAction } from "@/api/types";
import { actionTitle } from "@/data/actions";
import { actionAbout } from "@/parts/actionAbout";
import { ActionProgress } from "@/parts/ActionProgress";
import { Ago } from "@/parts/Ago";
import { RetryAction } from "@/parts/RetryAction";
import { duration } from "@/parts/words";

/** What was done, or is being done: when, how long it took, and why it failed if it did. */
export function ActionLine({ action, of }: { action: OwnAction; of?: ReactNode }) {
  const about = actionAbout(action);
  return (
    <li className="row">
      <Group justify="space-between" gap="xs">
        <Group gap="xs" className="shrinks">
          <Text fw={500}>{actionTitle(action)}</Text>
          {of}
          {about && (
            <Text c="dimmed" className="wrap">
              {about}
            </Text>
          )}
          {action.status === "errored" && (
            <Badge color="red" variant="light" tt="none">
              {action.state === "stuck" ? "Stuck" : "Failed"}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          <Ago at={action.started_at} />
          {action.completed_at && ` · took ${duration(action.started_at, action.completed_at)}`}
        </Text>
      </Group>
      {action.status === "in-progress" && <ActionProgress id={action.id} compact />}
      {action.error && (
        <Text size="sm" className="wrap" c="red">
          {action.error}
        </Text>
      )}
      {action.state === "stuck" && <RetryAction id={action.id} />}
    </li>
  );
}
