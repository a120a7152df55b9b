import { Group, Modal, Stack } from "@mantine/core";
import { useEffect, useState } from "react";

import { useAction } from "@/data/actions";
import { importSnapshot } from "@/data/images";
import { queries } from "@/data/queries";
import { CallOff } from "@/pages/images/CallOff";
import { ChooseExport } from "@/pages/images/ChooseExport";
import type { Exported } from "@/pages/images/exportedFiles";
import { Sending } from "@/pages/images/Sending";
import { useSending } from "@/pages/images/useSending";
import { ActionProgress } from "@/parts/ActionProgress";
import { Failed } from "@/parts/Failed";

/** A Snapshot that was exported, from this Dew or another one. */
export function ImportSnapshot({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Import a Snapshot" size="lg" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={false}>
      {opened && <Form onDone={onClose} />}
    </Modal>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const [found, setFound] = useState<Exported>();
  const [asked, setAsked] = useState<number | null>(null);
  const { data: action } = useAction(asked);
  const sending = useSending(
    async (upload) => {
      if (!found) return;
      setAsked((await importSnapshot({ ...found.manifest, upload_id: upload.id })).action.id);
      void queries.invalidateQueries({ queryKey: ["actions"] });
    },
    found?.disk,
    found?.manifest.sha256,
  );
  const status = action?.status;

  function choose(next: Exported | undefined): void {
    setFound(next);
    setAsked(null); // why the last one failed is known by now
  }

  useEffect(() => {
    if (status === "completed") onDone();
  }, [status, onDone]);

  const arriving = asked !== null && (!action || status === "in-progress");
  return (
    <Stack>
      <ChooseExport onFound={choose} disabled={arriving || sending.received !== undefined} />
      {arriving ? (
        <>
          <ActionProgress id={asked} />
          <Group justify="flex-end" mih={36}>
            {action && <CallOff action={action} />}
          </Group>
        </>
      ) : (
        <>
          {status === "errored" && sending.received === undefined && <Failed error={action?.error} />}
          <Sending of={sending} file={found?.disk} ready={found !== undefined} verb="Import" />
        </>
      )}
    </Stack>
  );
}
