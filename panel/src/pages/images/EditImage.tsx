import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import type { OwnImage } from "@/api/types";
import { useRequest } from "@/data/actions";
import { changeImage } from "@/data/images";
import { Failed } from "@/parts/Failed";

interface EditImageProps {
  image: OwnImage;
  opened: boolean;
  onClose: () => void;
}

/** What a custom image is called, and what is said of it. */
export function EditImage({ image, opened, onClose }: EditImageProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Edit" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <Form image={image} onClose={onClose} />}
    </Modal>
  );
}

function Form({ image, onClose }: { image: OwnImage; onClose: () => void }) {
  const [name, setName] = useState(image.name);
  const [description, setDescription] = useState(image.description);
  const { mutate, isPending, error } = useRequest(changeImage, { quiet: true });

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ id: image.id, name: name.trim(), description: description.trim() }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Name" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <Textarea label="Description" value={description} autosize minRows={2} maxRows={8} onChange={(event) => setDescription(event.currentTarget.value)} />
        {error && <Failed error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isPending} disabled={!name.trim()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
