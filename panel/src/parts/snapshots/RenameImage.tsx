import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useRequest } from "@/data/actions";
import { renameImage } from "@/data/snapshots";
import { Failed } from "@/parts/Failed";

const LONGEST_NAME = 255; // as the API has it

interface Props {
  image: { id: number; name: string };
  opened: boolean;
  onClose: () => void;
}

/** Asks for another name for an Image. */
export function RenameImage({ image, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Rename" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <NewName image={image} onClose={onClose} />}
    </Modal>
  );
}

function NewName({ image, onClose }: Omit<Props, "opened">) {
  const [name, setName] = useState(image.name);
  const { mutate, isPending, error } = useRequest(renameImage, { quiet: true });

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ id: image.id, name: name.trim() }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Name" value={name} maxLength={LONGEST_NAME} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        {error && <Failed error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
