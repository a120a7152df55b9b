import { Card, Skeleton, Stack, Text } from "@mantine/core";

import { useBackupsOf, usePlans, useSchedules } from "@/data/backups";
import { Failed } from "@/parts/Failed";
import { Enabled } from "@/pages/droplet/backups/Enabled";
import { PolicyForm } from "@/pages/droplet/backups/PolicyForm";
import { RestorableRow } from "@/pages/droplet/snapshots/RestorableRow";
import { UndoNotice } from "@/pages/droplet/snapshots/UndoNotice";
import type { TabProps } from "@/pages/droplet/tab";

/** What is kept of a Droplet without anybody's doing: when, for how much, and how to go back to it. */
export function Backups(props: TabProps) {
  const schedules = useSchedules();
  const plans = usePlans();
  const backups = useBackupsOf(props.droplet.id);
  const error = schedules.error ?? plans.error ?? backups.error;
  if (error) return <Failed error={error} again={() => void Promise.all([schedules.refetch(), plans.refetch(), backups.refetch()])} />;
  if (!schedules.data || !plans.data || !backups.data) return <Skeleton height={240} aria-label="Loading" />;
  const schedule = schedules.data.find((each) => each.droplet_id === props.droplet.id);
  return (
    <Stack gap="lg">
      <Card withBorder>
        {schedule ? (
          <Enabled {...props} schedule={schedule} plans={plans.data} count={backups.data.length} />
        ) : (
          <Stack gap="sm">
            <Text size="sm">Backups are made by themselves, and cost extra. Snapshots are made by hand, and are free.</Text>
            <PolicyForm {...props} plans={plans.data} />
          </Stack>
        )}
      </Card>
      <UndoNotice detail={props.detail} />
      {backups.data.length > 0 ? (
        <Card withBorder py={0}>
          {backups.data.map((backup) => (
            <RestorableRow key={backup.id} kind="backup" image={backup} {...props} />
          ))}
        </Card>
      ) : (
        schedule && <Text c="dimmed">None yet. The first is made in the next window.</Text>
      )}
    </Stack>
  );
}
