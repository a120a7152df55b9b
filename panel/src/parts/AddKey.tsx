import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { keyComment, useAddKey } from "@/data/keys";
import { Failed } from "@/parts/Failed";

/** Takes a pasted public key; its comment is offered as its name. */
export function AddKey({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState("");
  const [name, setName] = useState<string>();
  const add = useAddKey();
  const shown = name ?? keyComment(text);
  return (
    <Stack gap="sm" w="100%" maw={560}>
      <Textarea
        label="Public key"
        placeholder="ssh-ed25519 AAAA… me@laptop"
        description="The content of ~/.ssh/id_ed25519.pub"
        autosize
        minRows={2}
        maxRows={6}
        data-autofocus
        classNames={{ input: "mono" }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput label="Name" value={shown} onChange={(event) => setName(event.currentTarget.value)} />
      {add.error && <Failed error={add.error} />}
      <Group>
        <Button size="xs" loading={add.isPending} disabled={!text.trim() || !shown} onClick={() => add.mutate({ name: shown, public_key: text.trim() }, { onSuccess: onDone })}>
          Add key
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
