import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";

const A_MINUTE_MS = 60_000; // costs grow by themselves: no event tells of that

/** What a month costs by now; without one, this month. */
export const useCosts = (month: string | null) =>
  useQuery({
    queryKey: ["droplets", "costs", month],
    refetchInterval: A_MINUTE_MS,
    queryFn: async () => (await body(api.GET("/dew/v1/costs", { params: { query: month ? { month } : {} } }))).costs,
    placeholderData: (before) => before,
  });

/** The lines that it is the sum of. */
export const useCostItems = (month: string | null) =>
  useQuery({
    queryKey: ["droplets", "cost items", month],
    refetchInterval: A_MINUTE_MS,
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/costs/items", { params: { query: month ? { ...query, month } : query } })),
        (listing) => listing.items,
      ),
    placeholderData: (before) => before,
  });
