import { Button, Card, List, Select, Stack, Title } from "@mantine/core";
import { useState } from "react";

import { useDropletAction } from "@/data/actions";
import { useDistributions, useOwnImages } from "@/data/images";
import { Confirm } from "@/parts/Confirm";
import { imageLabel } from "@/parts/describe";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

/** A Droplet begins anew from any Image, at the address and under the name that it has. */
export function Rebuild({ droplet, detail }: TabProps) {
  const [chosen, setChosen] = useState<string | null>(String(droplet.image.id));
  const [asking, setAsking] = useState(false);
  const distributions = useDistributions().data ?? [];
  const own = useOwnImages().data ?? [];
  const busy = useBusy({ droplet, detail });
  const { mutate, isPending, error } = useDropletAction(droplet.id, { quiet: true });
  const close = () => setAsking(false);
  const fitting = [...distributions, ...own].filter((image) => image.status === "available" && (image.min_disk_size ?? 0) <= droplet.disk);
  const image = fitting.find(({ id }) => String(id) === chosen);
  return (
    <Card withBorder>
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">
          Rebuild from an Image
        </Title>
        <Select
          label="Image"
          w="100%"
          maw={420}
          searchable
          data={fitting.map((each) => ({ value: String(each.id), label: imageLabel(each) }))}
          value={image ? chosen : null}
          onChange={setChosen}
        />
        <Button variant="outline" color="red" disabled={!image || busy !== ""} onClick={() => setAsking(true)}>
          Rebuild
        </Button>
      </Stack>
      <Confirm
        title={`Rebuild ${droplet.name}?`}
        verb="Rebuild"
        danger
        opened={asking}
        onClose={close}
        pending={isPending}
        error={error}
        onConfirm={() => image && mutate({ type: "rebuild", image: image.id }, { onSuccess: close })}
      >
        <List size="sm" spacing={4} className="wrap">
          <List.Item>
            <b>Lost:</b> everything on the disk, which begins anew from {image && imageLabel(image)}. SSH host keys and machine id become new.
          </List.Item>
          <List.Item>
            <b>Kept:</b> name, address, keys, size, ports, all Snapshots.
          </List.Item>
          <List.Item>
            <b>Way back:</b> the disk of now is kept for a day, sooner given up when space is short: Undo brings it back.
          </List.Item>
        </List>
      </Confirm>
    </Card>
  );
}
