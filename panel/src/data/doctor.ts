import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

const FRESH_MS = 60_000; // it takes seconds, and seldom finds something else

/** What this machine can do, and what to change. */
export const useDoctor = () =>
  useQuery({
    queryKey: ["doctor"],
    queryFn: async () => (await body(api.GET("/dew/v1/doctor"))).findings,
    staleTime: FRESH_MS,
  });
