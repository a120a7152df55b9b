import { Button, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, body } from "@/api/client";
import type { OwnDroplet } from "@/api/types";
import { queries } from "@/data/queries";
import { CopyText } from "@/parts/CopyText";
import { Failed } from "@/parts/Failed";

/** The way to the generated root password; whoever uses it keeps the answer, as there is no other. */
export function useRootPassword({ id, password_available: another }: OwnDroplet) {
  const asked = useMutation({
    mutationFn: () => body(api.POST("/dew/v1/droplets/{droplet_id}/password", { params: { path: { droplet_id: id } } })),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["droplet", id] }),
  });
  const { reset } = asked;
  useEffect(() => {
    if (another) reset();
  }, [another, reset]);
  return asked;
}

/** The generated root password: shown to whoever asks first, and then to nobody. */
export function RootPassword({ of: { mutate, isPending, data, error } }: { of: ReturnType<typeof useRootPassword> }) {
  if (error) return <Failed error={error} />;
  if (data) {
    return (
      <Stack gap={2}>
        <CopyText text={data.password} label="root password" />
        <Text size="xs" c="dimmed">
          Keep it: it is not shown again.
        </Text>
      </Stack>
    );
  }
  return (
    <Button size="compact-sm" variant="default" loading={isPending} onClick={() => mutate()}>
      Show once
    </Button>
  );
}
