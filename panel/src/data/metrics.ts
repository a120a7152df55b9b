import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

/** How far back a graph shows: an hour finely, a day coarsely. */
export type Hours = 1 | 24;

/** What a Droplet used. Samples come by the clock, not by events, so they are asked for by the clock while shown. */
export const useMetrics = (dropletId: number, hours: Hours) =>
  useQuery({
    queryKey: ["metrics", dropletId, hours],
    queryFn: async () =>
      (await body(api.GET("/dew/v1/droplets/{droplet_id}/metrics", { params: { path: { droplet_id: dropletId }, query: { hours } } }))).metrics,
    refetchInterval: (query) => (query.state.data?.step_seconds ?? 15) * 1000,
    placeholderData: (before) => before,
  });
