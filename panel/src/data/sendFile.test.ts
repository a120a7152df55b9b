import { beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "@/api/errors";
import type { Upload } from "@/api/types";
import { sendFile, type Transport, unfinished } from "@/data/sendFile";

const PIECE = 8 * 2 ** 20;
const file = (size = 2.5 * PIECE, lastModified = 7) =>
  ({ name: "disk.img", size, lastModified, slice: (from: number, to: number) => ({ size: Math.min(to, size) - from }) }) as unknown as File;
const upload = (received: number, id = 1): Upload => ({
  id,
  received_bytes: received,
  size_bytes: 2.5 * PIECE,
  file_name: "disk.img",
  importing: false,
  sha256: null,
  created_at: "",
  touched_at: "",
});

/** A dewd that keeps what it gets, and fails as it is told. */
function server(failures: Error[] = []) {
  let kept = 0;
  const transport: Transport = {
    begin: () => Promise.resolve(upload(kept)),
    look: () => Promise.resolve(upload(kept)),
    pause: vi.fn(() => Promise.resolve()),
    send: vi.fn((_id: number, offset: number, piece: Blob) => {
      const failure = failures.shift();
      if (failure) return Promise.reject(failure);
      if (offset !== kept) return Promise.reject(new ApiError(409, "conflict", "another offset is next"));
      kept += piece.size;
      return Promise.resolve(upload(kept));
    }),
  };
  return { transport, keep: (bytes: number) => (kept = bytes) };
}

const never = new AbortController().signal;
const nothing = () => undefined;

describe("an upload", () => {
  const store = new Map<string, string>();
  beforeEach(() => {
    store.clear();
    vi.stubGlobal("localStorage", { setItem: (k: string, v: string) => store.set(k, v), getItem: (k: string) => store.get(k) ?? null });
  });

  it("sends pieces and says how far it is", async () => {
    const seen: number[] = [];
    await sendFile(file(), undefined, (bytes) => seen.push(bytes), never, server().transport);
    expect(seen).toEqual([0, PIECE, 2 * PIECE, 2.5 * PIECE]);
  });

  it("goes on after a broken connection with what dewd really has", async () => {
    const { transport } = server([new TypeError("network"), new ApiError(503, "server_error", "busy")]);
    expect((await sendFile(file(), undefined, nothing, never, transport)).received_bytes).toBe(2.5 * PIECE);
    expect(transport.pause).toHaveBeenCalledTimes(2);
  });

  it("asks again where dewd has more than it said", async () => {
    const { transport, keep } = server();
    const begun = await transport.begin(file());
    keep(PIECE); // the answer to this piece was lost
    expect((await sendFile(file(), begun, nothing, never, transport)).received_bytes).toBe(2.5 * PIECE);
  });

  it("gives up at once when it is refused, and in the end when nothing answers", async () => {
    await expect(sendFile(file(), undefined, nothing, never, server([new ApiError(422, "", "too large")]).transport)).rejects.toThrow("too large");
    const silent = server(Array.from({ length: 9 }, () => new TypeError("network")));
    await expect(sendFile(file(), undefined, nothing, never, silent.transport)).rejects.toThrow("network");
  });

  it("ends when it is called off", async () => {
    const { transport } = server();
    await expect(sendFile(file(), undefined, nothing, AbortSignal.abort(), transport)).rejects.toThrow();
    expect(transport.send).not.toHaveBeenCalled();
  });

  it("is found again by the same file only", async () => {
    await sendFile(file(), undefined, nothing, never, server().transport);
    expect(unfinished(file(), [upload(PIECE)])?.id).toBe(1);
    expect(unfinished(file(2.5 * PIECE, 8), [upload(PIECE)])).toBeUndefined();
    expect(unfinished(file(), [{ ...upload(PIECE), importing: true }])).toBeUndefined();
  });

  it("of a known checksum is found by that, wherever it was begun", () => {
    const elsewhere = [{ ...upload(PIECE), sha256: "ab" }];
    expect(unfinished(file(), elsewhere, "ab")?.id).toBe(1);
    expect(unfinished(file(), elsewhere, "cd")).toBeUndefined();
    expect(unfinished(file(PIECE), elsewhere, "ab")).toBeUndefined();
  });
});
