import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import type { Key } from "@/api/types";
import { useRenameKey } from "@/data/keys";
import { Failed } from "@/parts/Failed";

interface RenameKeyProps {
  of: Key;
  opened: boolean;
  onClose: () => void;
}

/** Asks for another name for a key. */
export function RenameKey({ of: key, opened, onClose }: RenameKeyProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Rename" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <NewName of={key} onClose={onClose} />}
    </Modal>
  );
}

function NewName({ of: key, onClose }: Omit<RenameKeyProps, "opened">) {
  const [name, setName] = useState(key.name);
  const { mutate, isPending, error } = useRenameKey();

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ id: key.id, name: name.trim() }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Name" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        {error && <Failed error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending} disabled={!name.trim()}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
