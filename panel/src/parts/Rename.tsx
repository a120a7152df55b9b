import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { Failed } from "@/parts/Failed";

const LONGEST_NAME = 255; // as the API has it

interface RenameProps {
  name: string;
  onRename: (name: string) => void;
  pending: boolean;
  error: unknown;
  /** What stays as it is, where one could think otherwise. */
  about?: string;
  opened: boolean;
  onClose: () => void;
}

/** Asks for another name. */
export function Rename({ opened, onClose, ...rest }: RenameProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Rename" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <NewName onClose={onClose} {...rest} />}
    </Modal>
  );
}

function NewName({ name: before, onRename, pending, error, about, onClose }: Omit<RenameProps, "opened">) {
  const [name, setName] = useState(before);

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    if (!pending) onRename(name.trim());
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Name" value={name} maxLength={LONGEST_NAME} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        {about && <Text size="sm">{about}</Text>}
        {error ? <Failed error={error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
