import { useQuery } from "@tanstack/react-query";

import { api, body, fetchWithin } from "@/api/client";

const FRESH_MS = 60_000; // it takes seconds, and seldom finds something else
const LONGEST_MS = 100_000; // dewd gives an examination up after 90 s

/** What this machine can do, and what to change. */
export const useDoctor = () =>
  useQuery({
    queryKey: ["doctor"],
    queryFn: async () => (await body(api.GET("/dew/v1/doctor", { fetch: fetchWithin(LONGEST_MS) }))).findings,
    staleTime: FRESH_MS,
  });
