import { Button, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import type { BackupPlan, BackupPolicy, Droplet } from "@/api/types";
import { useDropletAction } from "@/data/actions";
import { Failed } from "@/parts/Failed";
import { dollars } from "@/parts/words";
import { here, HOURS, inUtc, type Weekday, WEEKDAYS } from "@/pages/droplet/backups/windows";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

interface Props extends TabProps {
  plans: readonly BackupPlan[];
  /** The policy there is; none is there yet where Backups are to be enabled. */
  policy?: BackupPolicy;
  onDone?: () => void;
}

/** What Backups by a plan cost: "$1.80 a month". */
export function priceOf(droplet: Pick<Droplet, "size">, plans: readonly BackupPlan[], plan: BackupPolicy["plan"]): string {
  const percent = plans.find((each) => each.plan === plan)?.percent ?? 0;
  return `${dollars((droplet.size.price_monthly * percent) / 100)} a month`;
}

/** Asks how often and when; enables Backups, or changes their policy. */
export function PolicyForm({ droplet, detail, plans, policy, onDone }: Props) {
  const [plan, setPlan] = useState<BackupPolicy["plan"]>(policy?.plan ?? "daily");
  const [hour, setHour] = useState(policy?.hour ?? 0);
  const [weekday, setWeekday] = useState<Weekday>(policy?.weekday ?? "SUN");
  const busy = useBusy({ droplet, detail });
  const { mutate, isPending, error } = useDropletAction(droplet.id, { quiet: true });
  const kept = plans.find((each) => each.plan === plan)?.kept ?? 0;

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    const wanted = { plan, hour, ...(plan === "weekly" ? { weekday } : {}) };
    mutate({ type: policy ? "change_backup_policy" : "enable_backups", backup_policy: wanted }, { onSuccess: () => onDone?.() });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <SegmentedControl
            aria-label="How often"
            value={plan}
            onChange={(value) => setPlan(value)}
            data={[
              { value: "daily", label: "Daily" },
              { value: "weekly", label: "Weekly" },
            ]}
          />
          {plan === "weekly" && (
            <Select label="On" w={150} data={WEEKDAYS} value={weekday} onChange={(value) => value && setWeekday(value)} allowDeselect={false} />
          )}
          <Select
            label="Between"
            w={200}
            data={HOURS.map((each) => ({ value: String(each), label: inUtc(each) }))}
            value={String(hour)}
            onChange={(value) => setHour(Number(value))}
            allowDeselect={false}
          />
          <Button type="submit" loading={isPending} disabled={busy !== ""}>
            {policy ? "Change" : "Enable Backups"}
          </Button>
          {policy && (
            <Button variant="default" onClick={onDone}>
              Cancel
            </Button>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {[`${priceOf(droplet, plans, plan)}, however many there are`, `the newest ${kept} are kept`, here(hour)].filter(Boolean).join(" · ")}
        </Text>
        {error && <Failed error={error} />}
      </Stack>
    </form>
  );
}
