import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import type { Size } from "@/api/types";
import { everyPage } from "@/data/pages";

/** The price list; it does not change while dewd runs. */
export const useSizes = () =>
  useQuery({
    queryKey: ["sizes"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/v2/sizes", { params: { query } })),
        (listing) => listing.sizes,
      ),
  });

/** Which sizes this machine has room for now, by slug: "" or why not. Of a new Droplet, or of one that is resized. */
export const useFits = (of?: { droplet_id: number; disk: boolean }) =>
  useQuery({
    queryKey: ["droplets", "fits", of],
    queryFn: async () => {
      const { sizes } = await body(api.GET("/dew/v1/sizes", { params: { query: { per_page: 200, ...of } } }));
      return new Map(sizes.map((size) => [size.slug, size.reason]));
    },
    placeholderData: (before) => before,
  });

const USUAL = "s-1vcpu-1gb";

/** The size to begin with: the usual one if the disk is large enough for the Image, else the smallest that is. */
export function usualSize(sizes: readonly Size[], diskGb: number): Size | undefined {
  const fitting = sizes.filter((size) => size.disk >= diskGb);
  return fitting.find((size) => size.slug === USUAL) ?? fitting[0];
}
