import { Button } from "@mantine/core";

import { retryAction, useRequest } from "@/data/actions";

/** Another try for an Action that is stuck. */
export function RetryAction({ id }: { id: number }) {
  const { mutate, isPending } = useRequest(retryAction);
  return (
    <Button size="compact-sm" variant="default" loading={isPending} onClick={() => mutate(id)}>
      Retry
    </Button>
  );
}
