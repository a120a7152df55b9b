import { ApiError } from "@/api/errors";
import type { Upload } from "@/api/types";

const PIECE_BYTES = 8 * 2 ** 20; // what is lost at most when the connection breaks
const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000]; // then it is told, and can be gone on with

/** How pieces get to dewd; tests have another one. */
export interface Transport {
  begin: (file: File, sha256?: string) => Promise<Upload>;
  /** How far it is. */
  look: (id: number) => Promise<Upload>;
  send: (id: number, offset: number, piece: Blob, signal: AbortSignal) => Promise<Upload>;
  pause: (ms: number) => Promise<void>;
}

/** Whether it may help to try the same piece again: the connection broke, or dewd has more than it said. */
const worthAnotherTry = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === 0 || error.status === 409 || error.status >= 500;

/**
 * Send what of a file is still missing, piece by piece. A broken connection is waited for; whoever chooses the same
 * file again goes on where it stopped. dewd holds what arrives to the checksum, where one is known.
 */
export async function sendFile(
  file: File,
  known: Upload | undefined,
  onProgress: (received: number) => void,
  signal: AbortSignal,
  transport: Transport,
  sha256?: string,
): Promise<Upload> {
  let upload = known ?? remember(file, await transport.begin(file, sha256));
  let failures = 0;
  while (upload.received_bytes < file.size) {
    signal.throwIfAborted();
    onProgress(upload.received_bytes);
    const from = upload.received_bytes;
    try {
      upload = await transport.send(upload.id, from, file.slice(from, from + PIECE_BYTES), signal);
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      const pause = PAUSES_MS[failures++];
      if (!worthAnotherTry(error) || pause === undefined) throw error;
      await transport.pause(pause);
      upload = await transport.look(upload.id).catch(() => upload);
    }
  }
  onProgress(upload.received_bytes);
  return upload;
}

const note = (id: number): string => `dew-upload-${id}`;
const mark = (file: File): string => `${file.name} ${file.size} ${file.lastModified}`;

/** Note which file an upload is of: its name and size alone could be another's. */
function remember(file: File, upload: Upload): Upload {
  localStorage.setItem(note(upload.id), mark(file));
  return upload;
}

export const forget = (id: number): void => localStorage.removeItem(note(id));

/** The upload that this file was on its way in, if it stopped; by its checksum also from another browser, or `dew`. */
export const unfinished = (file: File, uploads: readonly Upload[], sha256?: string): Upload | undefined =>
  uploads.find(
    (each) => !each.importing && each.size_bytes === file.size && (sha256 ? each.sha256 === sha256 : localStorage.getItem(note(each.id)) === mark(file)),
  );
