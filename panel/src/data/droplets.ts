import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";

/** All Droplets, as DigitalOcean describes them. */
export const useDroplets = () =>
  useQuery({
    queryKey: ["droplets", "all"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/v2/droplets", { params: { query } })),
        (listing) => listing.droplets,
      ),
  });

/** What Dew knows of all Droplets beyond that: how to reach them, the age of the last Snapshot, what is wrong. */
export const useDropletFacts = () =>
  useQuery({
    queryKey: ["droplets", "facts"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/droplets", { params: { query } })),
        (listing) => listing.droplets,
      ),
  });

export const useDroplet = (id: number) =>
  useQuery({
    queryKey: ["droplet", id, "public"],
    queryFn: async () => (await body(api.GET("/v2/droplets/{droplet_id}", { params: { path: { droplet_id: id } } }))).droplet,
  });

export const useDropletDetail = (id: number) =>
  useQuery({
    queryKey: ["droplet", id, "detail"],
    queryFn: async () =>
      (await body(api.GET("/dew/v1/droplets/{droplet_id}", { params: { path: { droplet_id: id } } }))).droplet,
  });

/** Give a Droplet back the disk that a restore or rebuild replaced. */
export const undo = ({ dropletId, disk }: { dropletId: number; disk: number }) =>
  body(api.POST("/dew/v1/droplets/{droplet_id}/undo", { params: { path: { droplet_id: dropletId } }, body: { disk } }));

export const destroyDroplet = (id: number) => api.DELETE("/v2/droplets/{droplet_id}", { params: { path: { droplet_id: id } } });
