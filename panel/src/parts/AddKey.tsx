import { Button, Card, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";

import { keyComment, useAddKey } from "@/data/keys";
import { Failed } from "@/parts/Failed";

/** The way to one more key: a button, and the form in its place; the focus goes there and back. */
export function AddKey() {
  const [adding, setAdding] = useState(false);
  const returns = useRef(false);
  const focus = (button: HTMLButtonElement | null): void => {
    if (returns.current) button?.focus();
  };
  if (adding) return <Form onDone={() => setAdding(false)} />;
  return (
    <Button
      ref={focus}
      variant="default"
      size="xs"
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => {
        returns.current = true;
        setAdding(true);
      }}
    >
      Add an SSH key
    </Button>
  );
}

const begin = (place: HTMLTextAreaElement | null): void => place?.focus();

/** Takes a pasted public key; its comment is offered as its name. */
function Form({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState("");
  const [name, setName] = useState<string>();
  const add = useAddKey();
  const shown = name ?? keyComment(text);
  return (
    <Card withBorder w="100%">
      <Stack gap="sm" maw={560}>
        <Textarea
          ref={begin}
          label="Public key"
          placeholder="ssh-ed25519 AAAA… me@laptop"
          description="The content of ~/.ssh/id_ed25519.pub"
          autosize
          minRows={2}
          maxRows={6}
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
    </Card>
  );
}
