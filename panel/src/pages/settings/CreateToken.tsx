import { Button, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useCreateToken } from "@/data/tokens";
import { LIVES, shellLines } from "@/pages/settings/tokenWords";
import { CommandLines } from "@/parts/CommandLines";
import { CopyText } from "@/parts/CopyText";
import { Failed } from "@/parts/Failed";

interface CreateTokenProps {
  opened: boolean;
  onClose: () => void;
}

/** Makes a token, and shows its secret this once. */
export function CreateToken({ opened, onClose }: CreateTokenProps) {
  const [secret, setSecret] = useState<string>();
  const lost = secret !== undefined; // by closing: only the button that says so does then
  const close = () => {
    setSecret(undefined);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Create a token"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={!lost}
      withCloseButton={!lost}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {opened && (secret === undefined ? <Form onMade={setSecret} onClose={close} /> : <Shown secret={secret} onClose={close} />)}
    </Modal>
  );
}

function Form({ onMade, onClose }: { onMade: (secret: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [access, setAccess] = useState<"write" | "read">("write");
  const [life, setLife] = useState("For good");
  const { mutate, isPending, error } = useCreateToken();

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    const seconds = LIVES.find(({ label }) => label === life)?.seconds ?? null;
    const scopes = access === "write" ? (["read", "write"] as const) : (["read"] as const);
    mutate({ name: name.trim(), scopes: [...scopes], expires_in_seconds: seconds }, { onSuccess: ({ token }) => onMade(token) });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Name" description="What it is for" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <div>
          <Text size="sm" fw={500} mb={4} id="token-access">
            May
          </Text>
          <SegmentedControl
            aria-labelledby="token-access"
            value={access}
            onChange={setAccess}
            data={[
              { value: "write", label: "Read and write" },
              { value: "read", label: "Only read" },
            ]}
          />
        </div>
        <Select label="Works" data={LIVES.map(({ label }) => label)} value={life} onChange={(label) => setLife(label ?? "For good")} allowDeselect={false} />
        {error && <Failed error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending} disabled={!name.trim()}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The form that had the focus is gone; the button that ends it all must not have it by accident. */
const focus = (place: HTMLElement | null): void => place?.focus();

function Shown({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack role="status" tabIndex={-1} ref={focus} className="quiet">
      <Text size="sm">Copy it now: it is not shown again.</Text>
      <Text size="sm" component="div">
        <CopyText text={secret} label="token" />
      </Text>
      <Text size="sm" fw={500}>
        For doctl and other tools
      </Text>
      <CommandLines text={shellLines(location.origin, secret)} />
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
