import { Card, Group, Pagination, Skeleton, Stack, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";

import { useActions } from "@/data/actions";
import { ActionLine } from "@/parts/ActionLine";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { count } from "@/parts/words";
import type { TabProps } from "@/pages/droplet/tab";

const PER_PAGE = 25;

/** Everything that was done to a Droplet, newest first. */
export function History({ droplet }: TabProps) {
  const [page, setPage] = useState(1);
  const actions = useActions(page, PER_PAGE, { dropletId: droplet.id });
  if (actions.isError) return <Failed error={actions.error} again={() => void actions.refetch()} />;
  if (actions.isPending) return <Skeleton height={240} aria-label="Loading" />;
  const total = actions.data.meta.total;
  if (total === 0) return <Empty icon={IconHistory} title="Nothing is remembered">What happened long ago is forgotten.</Empty>;
  const pages = Math.ceil(total / PER_PAGE);
  return (
    <Stack gap="sm">
      <Card withBorder py={0} component="ol" className="list">
        {actions.data.actions.map((action) => (
          <ActionLine key={action.id} action={action} />
        ))}
      </Card>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {count(total, "Action")}
        </Text>
        {pages > 1 && <Pagination total={pages} value={page} onChange={setPage} size="sm" getControlProps={(control) => ({ "aria-label": `${control} page` })} />}
      </Group>
    </Stack>
  );
}
