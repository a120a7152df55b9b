import { FileInput, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { importImage } from "@/data/images";
import { queries } from "@/data/queries";
import { Sending } from "@/pages/images/Sending";
import { useSending } from "@/pages/images/useSending";

/** A disk from the viewer's own machine. */
export function UploadImage({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Upload an image" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={false}>
      {opened && <Form onDone={onClose} />}
    </Modal>
  );
}

const stem = (file: File): string => file.name.replace(/(\.(raw|img|qcow2|vmdk|vdi|vhdx|gz|bz2|xz|zst))+$/i, "");

/** Sends a file, shows how far it is, and goes on where it stopped when the same file is chosen again. */
function Form({ onDone }: { onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [typed, setName] = useState<string>();
  const name = typed ?? (file ? stem(file) : "");
  const sending = useSending(async (upload) => {
    await importImage({ upload_id: upload.id, name: name.trim() });
    void queries.invalidateQueries({ queryKey: ["images"] });
    onDone();
  }, file ?? undefined);
  return (
    <Stack>
      <FileInput
        label="Disk: raw, qcow2, vmdk, vdi or vhdx; also .gz, .bz2, .xz, .zst"
        placeholder="Choose a file"
        value={file}
        onChange={setFile}
        disabled={sending.received !== undefined}
        clearable
        clearButtonProps={{ "aria-label": "Choose none" }}
        data-autofocus
      />
      <TextInput label="Name" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} />
      <Sending of={sending} file={file ?? undefined} ready={file !== null && name.trim() !== ""} verb="Upload" />
    </Stack>
  );
}
