import { useMutation, useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import type { Token } from "@/api/types";
import { everyPage } from "@/data/pages";
import { queries } from "@/data/queries";

const stale = () => queries.invalidateQueries({ queryKey: ["tokens"] });

export const useTokens = () =>
  useQuery({
    queryKey: ["tokens"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/tokens", { params: { query } })),
        (listing) => listing.tokens,
      ),
    refetchOnMount: "always", // their last use is told by no event
  });

export interface TokenWish {
  name: string;
  scopes: Token["scopes"];
  expires_in_seconds: number | null;
}

/** Make a token; the answer alone has its secret. */
export const useCreateToken = () =>
  useMutation({
    mutationFn: async (wish: TokenWish) => (await body(api.POST("/dew/v1/tokens", { body: wish }))).token,
    onSuccess: stale,
    gcTime: 0, // the secret is kept nowhere
  });

export const useRevokeToken = () =>
  useMutation({
    mutationFn: (id: number) => api.DELETE("/dew/v1/tokens/{token_id}", { params: { path: { token_id: id } } }),
    onSuccess: stale,
  });
