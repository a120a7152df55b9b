import { useEffect, useRef, useState } from "react";

import type { Upload } from "@/api/types";
import { forget, sendFile, unfinished } from "@/data/sendFile";
import { overHttp, useUploads } from "@/data/uploads";

/** A file on its way to dewd: how far it is, what went wrong, and what is done with it once it is there. */
export function useSending(take: (upload: Upload) => Promise<unknown>, file: File | undefined, sha256?: string) {
  const uploads = useUploads();
  const [received, setReceived] = useState<number>();
  const [error, setError] = useState<unknown>();
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const known = file && unfinished(file, uploads.data ?? [], sha256);

  async function send(): Promise<void> {
    if (!file) return;
    stop.current = new AbortController();
    setError(undefined);
    setReceived(known?.received_bytes ?? 0);
    try {
      const upload = await sendFile(file, known, setReceived, stop.current.signal, overHttp, sha256);
      await take(upload);
      forget(upload.id);
    } catch (failure) {
      if (!stop.current.signal.aborted) setError(failure);
    } finally {
      setReceived(undefined);
      void uploads.refetch();
    }
  }

  return { received, error, known, send, stop: () => stop.current.abort() };
}
