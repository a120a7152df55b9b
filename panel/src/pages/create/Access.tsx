import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import type { Key } from "@/api/types";
import { keyComment, useAddKey } from "@/data/keys";
import { Failed } from "@/parts/Failed";

interface AccessProps {
  keys: readonly Key[];
  leftOut: ReadonlySet<number>;
  onLeaveOut: (ids: ReadonlySet<number>) => void;
}

/** Who can log in: all keys of the account unless some are left out; without any, a password. */
export function Access({ keys, leftOut, onLeaveOut }: AccessProps) {
  const [adding, setAdding] = useState(false);

  function toggle(id: number): void {
    const next = new Set(leftOut);
    if (!next.delete(id)) next.add(id);
    onLeaveOut(next);
  }

  return (
    <Stack gap="sm" align="flex-start">
      {keys.length > 0 && (
        <Group gap="lg" role="group" aria-label="SSH keys">
          {keys.map((key) => (
            <Checkbox key={key.id} label={<span className="wrap">{key.name}</span>} checked={!leftOut.has(key.id)} onChange={() => toggle(key.id)} />
          ))}
        </Group>
      )}
      {keys.every((key) => leftOut.has(key.id)) && (
        <Text size="sm" c="dimmed">
          Without a key, root gets a password, which is shown once on the Droplet’s page.
        </Text>
      )}
      {adding ? (
        <NewKey onDone={() => setAdding(false)} />
      ) : (
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add an SSH key
        </Button>
      )}
    </Stack>
  );
}

function NewKey({ onDone }: { onDone: () => void }) {
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
