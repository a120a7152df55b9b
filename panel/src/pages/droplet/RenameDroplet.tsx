import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";

import type { Droplet } from "@/api/types";
import { useDropletAction } from "@/data/actions";
import { Rename } from "@/parts/Rename";

/** A pencil beside a Droplet's name, and the question for another one. */
export function RenameDroplet({ droplet }: { droplet: Droplet }) {
  const [opened, setOpened] = useState(false);
  const { mutate, isPending, error, reset } = useDropletAction(droplet.id, { quiet: true });

  function close(): void {
    setOpened(false);
    reset();
  }

  return (
    <>
      <Tooltip label="Rename" withArrow>
        <ActionIcon variant="subtle" color="gray" aria-label={`Rename ${droplet.name}`} onClick={() => setOpened(true)}>
          <IconPencil size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Rename
        name={droplet.name}
        about="The host name inside stays as it is."
        onRename={(name) => mutate({ type: "rename", name }, { onSuccess: close })}
        pending={isPending}
        error={error}
        opened={opened}
        onClose={close}
      />
    </>
  );
}
