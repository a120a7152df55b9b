import { Button, Card, Group, Text, Title } from "@mantine/core";
import { useState } from "react";

import type { Upload } from "@/api/types";
import { useRequest } from "@/data/actions";
import { queries } from "@/data/queries";
import { discardUpload, useUploads } from "@/data/uploads";
import { Ago } from "@/parts/Ago";
import { Confirm } from "@/parts/Confirm";
import { bytes } from "@/parts/words";

/** Files that were sent, whole or in part, and not imported: they take room for a day. Nothing where there are none. */
export function SentFiles() {
  const uploads = (useUploads().data ?? []).filter((each) => !each.importing);
  if (uploads.length === 0) return null;
  return (
    <section aria-labelledby="sent">
      <Title order={2} size="h4" mt="xl" id="sent">
        Sent, not imported
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        To go on with one, choose the same file again. What nobody goes on with is deleted after a day.
      </Text>
      <Card withBorder py={0}>
        {uploads.map((upload) => (
          <Row key={upload.id} upload={upload} />
        ))}
      </Card>
    </section>
  );
}

function Row({ upload }: { upload: Upload }) {
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, error } = useRequest(discardUpload, { quiet: true });
  const close = () => setAsking(false);
  const forget = () => mutate(upload.id, { onSuccess: () => void queries.invalidateQueries({ queryKey: ["uploads"] }).then(close) });
  return (
    <div className="row">
      <Group justify="space-between" gap="xs">
        <div className="shrinks">
          <Text fw={600} className="wrap">
            {upload.file_name}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            {bytes(upload.received_bytes)} of {bytes(upload.size_bytes)} · <Ago at={upload.touched_at} />
          </Text>
        </div>
        <Button size="xs" variant="default" aria-label={`Delete ${upload.file_name}`} onClick={() => setAsking(true)}>
          Delete
        </Button>
      </Group>
      <Confirm title="Delete this file?" verb="Delete" danger opened={asking} onClose={close} pending={isPending} error={error} onConfirm={forget}>
        {`What arrived of ${upload.file_name} is deleted here. Images that were made of it stay.`}
      </Confirm>
    </div>
  );
}
