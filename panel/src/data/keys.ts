import { useMutation, useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";
import { queries } from "@/data/queries";

const stale = () => queries.invalidateQueries({ queryKey: ["keys"] });

export const useKeys = () =>
  useQuery({
    queryKey: ["keys"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/v2/account/keys", { params: { query } })),
        (listing) => listing.ssh_keys,
      ),
  });

/** Add a public key. Errors are for the form to show. */
export const useAddKey = () =>
  useMutation({
    mutationFn: async (key: { name: string; public_key: string }) =>
      (await body(api.POST("/v2/account/keys", { body: key }))).ssh_key,
    onSuccess: stale,
  });

export const useRenameKey = () =>
  useMutation({
    mutationFn: ({ id, name }: { id: number; name: string }) =>
      body(api.PUT("/v2/account/keys/{identifier}", { params: { path: { identifier: id } }, body: { name } })),
    onSuccess: stale,
  });

export const useDeleteKey = () =>
  useMutation({
    mutationFn: (id: number) => api.DELETE("/v2/account/keys/{identifier}", { params: { path: { identifier: id } } }),
    onSuccess: stale,
  });

/** The name that a public key brings: its comment, as in "ssh-ed25519 AAAA… me@laptop". */
export const keyComment = (publicKey: string): string => publicKey.trim().split(/\s+/).slice(2).join(" ");
