import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";

/** What deleting a Droplet or an Image would free, in bytes; undefined until that is known. */
export function useFreed(kind: string, id: number, enabled: boolean): number | undefined {
  const { data } = useQuery({
    queryKey: ["storage", "takers"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/storage", { params: { query } })),
        (listing) => listing.takers,
      ),
    enabled,
  });
  return data?.find((taker) => taker.kind === kind && taker.id === id)?.frees_bytes;
}

export const TAKERS_PER_PAGE = 50;

/** The disk, and one page of what takes its space: what frees most first. */
export const useStorage = (page: number) =>
  useQuery({
    queryKey: ["storage", page],
    queryFn: () => body(api.GET("/dew/v1/storage", { params: { query: { page, per_page: TAKERS_PER_PAGE } } })),
    placeholderData: (before) => before,
    refetchOnMount: "always", // disks grow without an event
  });
