import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage, newestFirst } from "@/data/pages";

const backups = async (filter: { droplet_id?: number }) =>
  (
    await everyPage(
      (query) => body(api.GET("/dew/v1/backups", { params: { query: { ...query, ...filter } } })),
      (listing) => listing.backups,
    )
  ).sort(newestFirst);

/** The Backups of all Droplets, newest first. */
export const useBackups = () => useQuery({ queryKey: ["images", "backups"], queryFn: () => backups({}) });

/** The Backups of a Droplet, newest first. */
export const useBackupsOf = (dropletId: number) =>
  useQuery({ queryKey: ["droplet", dropletId, "backups"], queryFn: () => backups({ droplet_id: dropletId }) });

/** When Droplets are backed up, and how the newest Backup of each went; only of those that are. */
export const useSchedules = () =>
  useQuery({
    queryKey: ["droplets", "schedules"],
    queryFn: async () => (await body(api.GET("/dew/v1/backups/schedules"))).schedules,
  });

/** The plans that there are: how many Backups each keeps, and what it costs. */
export const usePlans = () =>
  useQuery({ queryKey: ["plans"], queryFn: async () => (await body(api.GET("/dew/v1/backups/plans"))).plans });
