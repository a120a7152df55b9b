import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import type { Image } from "@/api/types";
import { everyPage } from "@/data/pages";

const list = (filter: { type?: "distribution"; private?: boolean }) =>
  everyPage(
    (query) => body(api.GET("/v2/images", { params: { query: { ...query, ...filter } } })),
    (listing) => listing.images,
  );

/** What distributions publish, as far as this machine has it. */
export const useDistributions = () =>
  useQuery({ queryKey: ["images", "distributions"], queryFn: () => list({ type: "distribution" }) });

/** All Images of the user's own: Snapshots, Backups, custom ones; newest first. */
export const useOwnImages = () =>
  useQuery({
    queryKey: ["images", "own"],
    queryFn: async () => (await list({ private: true })).sort((a, b) => b.created_at.localeCompare(a.created_at)),
  });

/** What Dew knows of Snapshots beyond DigitalOcean's object: whose they are, how consistent, what they hold. */
export const useSnapshots = () =>
  useQuery({
    queryKey: ["images", "snapshots"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/snapshots", { params: { query } })),
        (listing) => listing.snapshots,
      ),
  });

export const ofKind = (images: readonly Image[], kind: Image["type"]): Image[] =>
  images.filter((image) => image.type === kind);
