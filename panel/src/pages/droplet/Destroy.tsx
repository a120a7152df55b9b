import { Button, Card, List, Stack, Title } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";

import { useRequest } from "@/data/actions";
import { destroyDroplet } from "@/data/droplets";
import { Confirm } from "@/parts/Confirm";
import { count } from "@/parts/words";
import { Rebuild } from "@/pages/droplet/Rebuild";
import { UndoNotice } from "@/pages/droplet/snapshots/UndoNotice";
import type { TabProps } from "@/pages/droplet/tab";

/** The end of a Droplet: what goes with it, what stays. */
export function Destroy({ droplet, detail }: TabProps) {
  const [asking, setAsking] = useState(false);
  const [, go] = useLocation();
  const { mutate, isPending, error } = useRequest(destroyDroplet, { quiet: true });
  const goes = <WhatGoes snapshots={droplet.snapshot_ids.length} backups={droplet.backup_ids.length} kept={detail.kept_disks.length} />;
  return (
    <Stack gap="lg">
      <UndoNotice detail={detail} />
      <Rebuild droplet={droplet} detail={detail} />
      <Card withBorder>
        <Stack gap="sm" align="flex-start">
          <Title order={2} size="h4">
            Destroy this Droplet
          </Title>
          {goes}
          <Button color="red" onClick={() => setAsking(true)}>
            Destroy
          </Button>
        </Stack>
      </Card>
      <Confirm
        title="Destroy this Droplet?"
        verb="Destroy"
        danger
        type={droplet.name}
        opened={asking}
        onClose={() => setAsking(false)}
        pending={isPending}
        error={error}
        onConfirm={() => mutate(droplet.id, { onSuccess: () => go("/droplets") })}
      >
        {goes}
      </Confirm>
    </Stack>
  );
}

function WhatGoes({ snapshots, backups, kept }: { snapshots: number; backups: number; kept: number }) {
  return (
    <List size="sm" spacing={4} className="wrap">
      <List.Item>
        <b>Gone for good:</b> the disk and all that is on it{kept > 0 && `, ${count(kept, "disk")} kept for Undo`}
        {backups > 0 && `, ${count(backups, "Backup")}`}, and the address.
      </List.Item>
      <List.Item>
        <b>Stays:</b> {snapshots === 0 ? "nothing, as it has no Snapshots. One taken now would stay." : `${count(snapshots, "Snapshot")}, to create Droplets from.`}
      </List.Item>
    </List>
  );
}
