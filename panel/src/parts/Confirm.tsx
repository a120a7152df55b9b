import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, type ReactNode, useState } from "react";

import { Failed } from "@/parts/Failed";

interface Asked {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** The word on the button: what will be done. */
  verb: string;
  onConfirm: () => void;
  pending?: boolean;
  error?: unknown;
  danger?: boolean;
  /** What has to be typed first, where nothing brings back what goes. */
  type?: string | undefined;
  children?: ReactNode;
}

/** A question before something is lost: what goes, what stays, and a button that says what it does. */
export function Confirm({ title, opened, onClose, children, ...rest }: Asked) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      {opened && (
        <Question onClose={onClose} {...rest}>
          {children}
        </Question>
      )}
    </Modal>
  );
}

type Body = Omit<Asked, "title" | "opened">;

function Question({ onClose, verb, onConfirm, pending = false, error, danger = false, type, children }: Body) {
  const [typed, setTyped] = useState("");
  const ready = type === undefined || typed === type;

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    if (ready && !pending) onConfirm();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        {typeof children === "string" ? <Text size="sm" className="wrap">{children}</Text> : children}
        {type !== undefined && (
          <TextInput
            label={`Type ${type} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {error ? <Failed error={error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={danger ? "red" : undefined} loading={pending} disabled={!ready} data-autofocus={type === undefined || undefined}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
