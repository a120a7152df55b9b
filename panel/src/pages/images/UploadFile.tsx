import { Button, FileInput, Group, Progress, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import type { Upload } from "@/api/types";
import { forget, sendFile, unfinished } from "@/data/sendFile";
import { overHttp, useUploads } from "@/data/uploads";
import { Failed } from "@/parts/Failed";
import { bytes } from "@/parts/words";

interface UploadFileProps {
  label: string;
  accept?: string;
  /** What is done with the file once it is there. */
  take: (upload: Upload, name: string, file: File) => Promise<unknown>;
  onDone: () => void;
}

const stem = (file: File): string => file.name.replace(/(\.(raw|img|qcow2|vmdk|vdi|vhdx|gz|bz2|xz|zst))+$/i, "");

/** Sends a file, shows how far it is, and goes on where it stopped when the same file is chosen again. */
export function UploadFile({ label, accept, take, onDone }: UploadFileProps) {
  const uploads = useUploads();
  const [file, setFile] = useState<File | null>(null);
  const [typed, setName] = useState<string>();
  const [received, setReceived] = useState<number>();
  const [error, setError] = useState<unknown>();
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const known = file ? unfinished(file, uploads.data ?? []) : undefined;
  const name = typed ?? (file ? stem(file) : "");

  async function send(whole: File): Promise<void> {
    stop.current = new AbortController();
    setError(undefined);
    setReceived(known?.received_bytes ?? 0);
    try {
      const upload = await sendFile(whole, known, setReceived, stop.current.signal, overHttp);
      await take(upload, name.trim(), whole);
      forget(upload.id);
      onDone();
    } catch (failure) {
      if (!stop.current.signal.aborted) setError(failure);
      setReceived(undefined);
      void uploads.refetch();
    }
  }

  const sending = received !== undefined;
  return (
    <Stack>
      <FileInput label={label} placeholder="Choose a file" accept={accept} value={file} onChange={setFile} disabled={sending} clearable data-autofocus />
      <TextInput label="Name" value={name} maxLength={255} onChange={(event) => setName(event.currentTarget.value)} />
      {known && !sending && (
        <Text size="sm">
          {bytes(known.received_bytes)} of it are here already: it goes on from there.
        </Text>
      )}
      {file && sending && (
        <div role="status">
          <Progress value={(100 * received) / (file.size || 1)} animated aria-label="Uploaded" />
          <Text size="sm" c="dimmed" mt={4}>
            {bytes(received)} of {bytes(file.size)}
          </Text>
        </div>
      )}
      {error !== undefined && <Failed error={error} />}
      <Group justify="flex-end">
        {sending ? (
          <Button variant="default" onClick={() => stop.current.abort()}>
            Stop
          </Button>
        ) : (
          <Button disabled={!file || !name.trim()} onClick={() => file && void send(file)}>
            {known ? "Go on" : "Upload"}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
