import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useRequest } from "@/data/actions";
import { importImage } from "@/data/images";
import { Failed } from "@/parts/Failed";

interface ImportFromUrlProps {
  opened: boolean;
  onClose: () => void;
}

/** A disk that dewd fetches itself. */
export function ImportFromUrl({ opened, onClose }: ImportFromUrlProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Import from a URL" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [typed, setName] = useState<string>();
  const { mutate, isPending, error } = useRequest(importImage, { quiet: true });
  const name = typed ?? url.split(/[?#]/)[0]?.split("/").pop() ?? "";

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ url: url.trim(), name: name.trim() }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="URL" type="url" placeholder="https://" value={url} onChange={(event) => setUrl(event.currentTarget.value)} data-autofocus />
        <TextInput label="Name" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} />
        {error && <Failed error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isPending} disabled={!url.trim() || !name.trim()}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
