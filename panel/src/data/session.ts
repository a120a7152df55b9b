import { useMutation, useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { isUnauthorized } from "@/api/errors";
import type { Session } from "@/api/types";
import { queries, SESSION } from "@/data/queries";

async function read(): Promise<Session | null> {
  try {
    return (await body(api.GET("/dew/v1/session"))).session;
  } catch (error) {
    if (isUnauthorized(error)) return null;
    throw error;
  }
}

/** Who is signed in; null for nobody. */
export const useSession = () => useQuery({ queryKey: SESSION, queryFn: read });

/** What a person can come in with: the secret of a link from `dew panel`, or a token. */
export type Proof = { link: string } | { token: string };

export const useSignIn = () =>
  useMutation({
    mutationFn: async (proof: Proof) => (await body(api.POST("/dew/v1/session", { body: proof }))).session,
    onSuccess: (session) => queries.setQueryData(SESSION, session),
  });

export const useSignOut = () =>
  useMutation({
    mutationFn: () => api.DELETE("/dew/v1/session"),
    onSuccess: () => {
      queries.setQueryData(SESSION, null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
    },
  });

/** Take the secret of a one-time link out of the address, so that it stays in no history. */
export function takeLinkSecret(): string | null {
  const secret = new URLSearchParams(location.hash.slice(1)).get("link");
  if (secret) history.replaceState(null, "", location.pathname + location.search);
  return secret;
}
