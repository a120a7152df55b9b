import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { refusal } from "@/api/errors";
import type { Upload } from "@/api/types";
import type { Transport } from "@/data/sendFile";

const PIECE_MS = 120_000;

export const useUploads = () =>
  useQuery({
    queryKey: ["uploads"],
    queryFn: async () => (await body(api.GET("/dew/v1/uploads"))).uploads,
    refetchOnMount: "always", // what arrives of them is told by no event
  });

export const discardUpload = (id: number) =>
  api.DELETE("/dew/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } });

/** Pieces of a file, over HTTP. */
export const overHttp: Transport = {
  begin: async (file, sha256) =>
    (await body(api.POST("/dew/v1/uploads", { body: { file_name: file.name, size_bytes: file.size, ...(sha256 ? { sha256 } : {}) } }))).upload,
  look: async (id) =>
    (await body(api.GET("/dew/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } }))).upload,
  send: async (id, offset, piece, signal) => {
    const response = await fetch(`/dew/v1/uploads/${id}`, {
      method: "PATCH",
      headers: { "upload-offset": String(offset), "content-type": "application/octet-stream" },
      body: piece,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PIECE_MS)]),
    });
    if (!response.ok) throw await refusal(response);
    return ((await response.json()) as { upload: Upload }).upload;
  },
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
