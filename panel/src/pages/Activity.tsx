import { Anchor, Card, Group, Pagination, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";

import type { OwnAction } from "@/api/types";
import { useActions } from "@/data/actions";
import { useDroplets } from "@/data/droplets";
import { ActionLine } from "@/parts/ActionLine";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { PageHeader } from "@/parts/PageHeader";

const PER_PAGE = 50;
const FILTERS = [
  { value: "all", label: "All" },
  { value: "in-progress", label: "Running" },
  { value: "errored", label: "Failed" },
] as const;
type Filter = (typeof FILTERS)[number]["value"];

/** Everything that was done on this Dew, newest first. */
export default function Activity() {
  const [filter, setFilter] = useState<Filter>("all");
  const [page, setPage] = useState(1);
  const actions = useActions(page, PER_PAGE, filter === "all" ? {} : { status: filter });
  const pages = Math.ceil((actions.data?.meta.total ?? 0) / PER_PAGE);
  const choose = (which: Filter) => {
    setFilter(which);
    setPage(1);
  };
  return (
    <>
      <PageHeader title="Activity">
        <SegmentedControl data={[...FILTERS]} value={filter} onChange={choose} size="xs" aria-label="Which" />
      </PageHeader>
      {actions.isError ? (
        <Failed error={actions.error} again={() => void actions.refetch()} />
      ) : actions.isPending ? (
        <Skeleton height={320} />
      ) : (
        <Stack>
          <Lines actions={actions.data.actions} none={NONE[filter]} />
          {pages > 1 && (
            <Group justify="flex-end">
              <Pagination total={pages} value={page} onChange={setPage} size="sm" getControlProps={(control) => ({ "aria-label": `${control} page` })} />
            </Group>
          )}
        </Stack>
      )}
    </>
  );
}

const NONE: Record<Filter, string> = { all: "Nothing has happened yet", "in-progress": "Nothing is running", errored: "Nothing failed" };

function Lines({ actions, none }: { actions: readonly OwnAction[]; none: string }) {
  if (actions.length === 0) return <Empty icon={IconActivity} title={none} />;
  return (
    <Card withBorder py={0} component="ol" className="list">
      {actions.map((action) => (
        <ActionLine key={action.id} action={action} of={<Of action={action} />} />
      ))}
    </Card>
  );
}

const OF_ITSELF = new Set(["create", "destroy"]); // their name is the Droplet's

/** Of which Droplet or Image an Action is. */
function Of({ action }: { action: OwnAction }) {
  const droplets = useDroplets();
  if (action.resource_type !== "droplet") return null;
  const droplet = droplets.data?.find((each) => each.id === action.resource_id);
  if (!droplet) return OF_ITSELF.has(action.kind) && action.name ? null : <Text c="dimmed">Droplet {action.resource_id}</Text>;
  if (droplet.name === action.name) return null;
  return (
    <Anchor component={Link} href={`/droplets/${droplet.id}`} className="wrap">
      {droplet.name}
    </Anchor>
  );
}
