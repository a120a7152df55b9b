import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { BackupPlan, BackupSchedule } from "@/api/types";
import { useDropletAction } from "@/data/actions";
import { Confirm } from "@/parts/Confirm";
import { Facts } from "@/parts/Facts";
import { count as counted, exactly } from "@/parts/words";
import { PolicyForm, priceOf } from "@/pages/droplet/backups/PolicyForm";
import { here, inUtc, WEEKDAYS } from "@/pages/droplet/backups/windows";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

interface Props extends TabProps {
  schedule: BackupSchedule;
  plans: readonly BackupPlan[];
  /** How many Backups there are. */
  count: number;
}

/** How a Droplet is backed up, and how the newest Backup went. */
export function Enabled({ droplet, detail, schedule, plans, count }: Props) {
  const [changing, setChanging] = useState(false);
  const { plan, hour, weekday } = schedule.policy;
  const day = WEEKDAYS.find(({ value }) => value === weekday)?.label;
  if (changing) {
    return <PolicyForm droplet={droplet} detail={detail} plans={plans} policy={schedule.policy} onDone={() => setChanging(false)} />;
  }
  return (
    <Stack gap="md">
      {schedule.error && (
        <Alert color="orange" p="xs" className="wrap">
          The newest Backup was not made: {schedule.error}
        </Alert>
      )}
      <Facts
        facts={[
          ["Made", plan === "weekly" ? `weekly, on ${day ?? ""}` : "daily"],
          ["Between", [inUtc(hour), here(hour)].filter(Boolean).join(", ")],
          ["Next", `after ${exactly(schedule.next_window.start)}`],
          ["Kept", `the newest ${schedule.kept}`],
          ["Costs", priceOf(droplet, plans, plan)],
        ]}
      />
      <Group gap="xs">
        <Button variant="default" onClick={() => setChanging(true)}>
          Change
        </Button>
        <Disable droplet={droplet} detail={detail} count={count} />
      </Group>
    </Stack>
  );
}

function Disable({ droplet, detail, count }: TabProps & { count: number }) {
  const [asking, setAsking] = useState(false);
  const busy = useBusy({ droplet, detail });
  const { mutate, isPending, error } = useDropletAction(droplet.id, { quiet: true });
  const close = () => setAsking(false);
  return (
    <>
      <Button variant="outline" color="red" disabled={busy !== ""} onClick={() => setAsking(true)}>
        Disable
      </Button>
      <Confirm
        title={`Disable Backups of ${droplet.name}?`}
        verb="Disable"
        danger
        opened={asking}
        onClose={close}
        pending={isPending}
        error={error}
        onConfirm={() => mutate({ type: "disable_backups" }, { onSuccess: close })}
      >
        <Text size="sm">
          {count === 0 ? "No more are made." : `No more are made, and the ${counted(count, "Backup")} there are deleted for good. Convert to a Snapshot first what is to stay.`}
        </Text>
      </Confirm>
    </>
  );
}
