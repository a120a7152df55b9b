import { Button, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { queries } from "@/data/queries";
import { CopyText } from "@/parts/CopyText";
import { Failed } from "@/parts/Failed";

/** The generated root password: shown to whoever asks first, and then to nobody. */
export function RootPassword({ dropletId }: { dropletId: number }) {
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => body(api.POST("/dew/v1/droplets/{droplet_id}/password", { params: { path: { droplet_id: dropletId } } })),
    onError: () => void queries.invalidateQueries({ queryKey: ["droplet", dropletId] }),
  });
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
