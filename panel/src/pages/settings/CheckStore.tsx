import { Alert, Button, Card, Group, List, Skeleton, Stack, Text, Title } from "@mantine/core";

import type { Store } from "@/api/types";
import { useActions, useRequest } from "@/data/actions";
import { checkStore, useStore } from "@/data/store";
import { ActionProgress } from "@/parts/ActionProgress";
import { Ago } from "@/parts/Ago";
import { Failed } from "@/parts/Failed";
import { count } from "@/parts/words";

const AMONG = 50; // the newest Actions: what goes on is among them

/** Whether the disks of all Droplets and Images are sound; reads all of them when asked to. */
export function CheckStore() {
  const store = useStore();
  const { mutate, isPending, error } = useRequest(checkStore, { quiet: true });
  const newest = useActions(1, AMONG).data?.actions.find((action) => action.kind === "check_store");
  const open = newest?.status === "in-progress";
  return (
    <section aria-labelledby="store">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h4" id="store">
          Are the disks sound?
        </Title>
        <Button size="xs" variant="default" loading={isPending} disabled={open} onClick={() => mutate(undefined)}>
          Check disks
        </Button>
      </Group>
      {error && <Failed error={error} />}
      {store.isError && <Failed error={store.error} again={() => void store.refetch()} />}
      {store.isPending && <Skeleton height={80} aria-label="Loading" />}
      <Stack>
        {open && <ActionProgress id={newest.id} />}
        {newest?.error && <Failed error={new Error(newest.error)} title="The last check did not end" />}
        {store.data && <Result store={store.data} />}
      </Stack>
    </section>
  );
}

function Result({ store: { last_check: check, touched } }: { store: Store }) {
  return (
    <>
      {touched.map((each) => (
        <Alert key={`${each.resource_type} ${each.id}`} color="red" title={each.name} className="wrap">
          {each.damage}
        </Alert>
      ))}
      <Card withBorder>
        {check === null ? (
          <Text size="sm" c="dimmed">
            Never checked. A check reads every disk; Droplets go on meanwhile.
          </Text>
        ) : (
          <Text size="sm" component="div">
            {count(check.layers, "Layer")} read <Ago at={check.at} />. {check.damaged.length === 0 && "No damage found."}
          </Text>
        )}
        {check && <Sentences title="Damaged" sentences={check.damaged} />}
        {check && <Sentences title="Harms nobody yet" sentences={check.faults} />}
      </Card>
    </>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <>
      <Text size="sm" fw={600} mt="sm">
        {title}
      </Text>
      <List size="sm" className="wrap">
        {sentences.map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
    </>
  );
}
