import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiError, isUnauthorized } from "@/api/errors";

export const SESSION = ["session"] as const;

/** Another try helps only where no answer came or the server was busy. */
function worthAnotherTry(failures: number, error: Error): boolean {
  return failures < 3 && error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function noteTheEndOfTheSession(error: Error): void {
  if (isUnauthorized(error)) queries.setQueryData(SESSION, null);
}

/** All that is on screen. Events say when something is stale (data/events.ts), so nothing is asked for by the clock. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteTheEndOfTheSession }),
  mutationCache: new MutationCache({ onError: noteTheEndOfTheSession }),
  defaultOptions: {
    queries: { staleTime: Infinity, retry: worthAnotherTry, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});
