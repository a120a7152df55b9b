import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import type { Manifest } from "@/data/manifest";
import { everyPage, newestFirst } from "@/data/pages";

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
    queryFn: async () => (await list({ private: true })).sort(newestFirst),
  });

const listOwn = (filter: { type?: "distribution"; private?: boolean }) =>
  everyPage(
    (query) => body(api.GET("/dew/v1/images", { params: { query: { ...query, ...filter } } })),
    (listing) => listing.images,
  );

/** Custom images, also those on their way, and those that did not become any. */
export const useCustomImages = () =>
  useQuery({
    queryKey: ["images", "custom"],
    queryFn: async () => (await listOwn({ private: true })).filter((image) => image.type === "custom").sort(newestFirst),
  });

/** What damaged Images have lost, by their ids; DigitalOcean's object has no word for it. */
export const useDamage = () =>
  useQuery({
    queryKey: ["images", "damage"],
    queryFn: async () => new Map((await listOwn({})).filter(({ damage }) => damage).map(({ id, damage }) => [id, damage])),
  });

/** Distributions, also those on their way. */
export const useOwnDistributions = () =>
  useQuery({ queryKey: ["images", "own distributions"], queryFn: () => listOwn({ type: "distribution" }) });

/** A distribution that is not here yet; it is built from its packages, or fetched as published. */
export interface Offer {
  name: string;
  description: string;
  verb: "Build" | "Fetch";
}

export const useOffers = () =>
  useQuery({
    queryKey: ["offers"],
    queryFn: async (): Promise<Offer[]> => {
      const [{ recipes }, { catalogue }] = await Promise.all([body(api.GET("/dew/v1/recipes")), body(api.GET("/dew/v1/catalogue"))]);
      return [
        ...recipes.map((each) => ({ ...each, verb: "Build" as const })),
        ...catalogue.map((each) => ({ ...each, verb: "Fetch" as const })),
      ];
    },
  });

export const getDistribution = (name: string) => body(api.POST("/dew/v1/images", { body: { name } }));

export const deleteImage = (id: number) => api.DELETE("/dew/v1/images/{image_id}", { params: { path: { image_id: id } } });

export const changeImage = ({ id, ...changes }: { id: number; name: string; description: string }) =>
  body(api.PUT("/v2/images/{image_id}", { params: { path: { image_id: id } }, body: changes }));

export const convertBackup = (id: number) =>
  body(api.POST("/v2/images/{image_id}/actions", { params: { path: { image_id: id } }, body: { type: "convert" } }));

export const importImage = (wish: { name: string } & ({ upload_id: number } | { url: string })) =>
  body(api.POST("/dew/v1/images/import", { body: wish }));

/** Take in an exported disk, which was uploaded, as its manifest says. */
export const importSnapshot = (wish: Manifest & { upload_id: number }) => body(api.POST("/dew/v1/snapshots/import", { body: wish }));
