import { Alert, Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { api, body } from "@/api/client";
import type { HistoryNode } from "@/api/types";
import { useRequest } from "@/data/actions";
import { undo } from "@/data/droplets";
import { RestoreImage } from "@/pages/droplet/snapshots/RestoreImage";
import { Branches } from "@/pages/droplet/picture/Branches";
import { laid, type Line, width } from "@/pages/droplet/picture/lanes";
import type { TabProps } from "@/pages/droplet/tab";
import { Ago } from "@/parts/Ago";
import { Failed } from "@/parts/Failed";
import { CONSISTENCY } from "@/parts/snapshots/words";
import { bytes } from "@/parts/words";

const useHistory = (dropletId: number) =>
  useQuery({
    queryKey: ["droplet", dropletId, "history"],
    queryFn: async () =>
      (await body(api.GET("/dew/v1/droplets/{droplet_id}/history", { params: { path: { droplet_id: dropletId } } }))).history,
  });

const KIND: Record<HistoryNode["kind"], string> = {
  base: "Distribution",
  snapshot: "Snapshot",
  backup: "Backup",
  custom: "Custom image",
  kept_disk: "Disk kept for an undo",
  now: "The disk as it is",
  droplet: "Droplet",
};

/** A picture of the disk: what grew from what, where it is now, and the way back or on from any point. */
export function DiskHistory(props: TabProps) {
  const history = useHistory(props.droplet.id);
  if (history.isError) return <Failed error={history.error} again={() => void history.refetch()} />;
  if (history.isPending) return <Skeleton height={240} />;
  const lines = laid(history.data.nodes);
  return (
    <Stack gap="xs">
      <ol className="picture" aria-label="History of the disk, newest first">
        {lines.map((line) => (
          <Point key={line.node.key} line={line} lanes={width(lines)} {...props} />
        ))}
      </ol>
      {history.data.cut && (
        <Text size="sm" c="dimmed">
          What is older is not shown.
        </Text>
      )}
    </Stack>
  );
}

function Point({ line, lanes, ...props }: TabProps & { line: Line; lanes: number }) {
  const { node } = line;
  return (
    <li className="picture-line">
      <Branches line={line} lanes={lanes} />
      <Group justify="space-between" gap="xs" className="shrinks picture-body">
        <div className="shrinks entry">
          <Group gap="xs">
            <Text fw={600} className="wrap">
              {node.name}
            </Text>
            {node.current && <Badge>Now</Badge>}
          </Group>
          <Text size="sm" c="dimmed" component="div">
            {KIND[node.kind]}
            {node.consistency && `, ${CONSISTENCY[node.consistency]}`} · <Ago at={node.created_at} /> · {bytes(node.used_bytes)}
          </Text>
          {node.damage && (
            <Alert color="red" p="xs" mt={4} className="wrap">
              {node.damage}
            </Alert>
          )}
        </div>
        <Ways node={node} {...props} />
      </Group>
    </li>
  );
}

function Ways({ node, ...props }: TabProps & { node: HistoryNode }) {
  const [asked, setAsked] = useState(false);
  const back = useRequest(undo);
  const locked = props.detail.open_action_id !== null;
  return (
    <Group gap="xs">
      {node.can.includes("restore") && (
        <Button size="compact-sm" variant="default" aria-label={`Restore ${node.name}`} onClick={() => setAsked(true)}>
          Restore
        </Button>
      )}
      {node.can.includes("undo") && (
        <Button
          size="compact-sm"
          variant="default"
          loading={back.isPending}
          disabled={locked}
          onClick={() => back.mutate({ dropletId: props.droplet.id, disk: node.id })}
        >
          Undo
        </Button>
      )}
      {node.can.includes("create") && (
        <Button size="compact-sm" variant="default" component={Link} href={`/droplets/new?image=${node.id}`} aria-label={`Create Droplet from ${node.name}`}>
          Create
        </Button>
      )}
      <RestoreImage {...props} image={node} opened={asked} onClose={() => setAsked(false)} />
    </Group>
  );
}
