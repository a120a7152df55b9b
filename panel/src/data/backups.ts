import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";

/** The Backups of a Droplet, newest first. */
export const useBackupsOf = (dropletId: number) =>
  useQuery({
    queryKey: ["droplet", dropletId, "backups"],
    queryFn: async () => {
      const found = await everyPage(
        (query) => body(api.GET("/dew/v1/backups", { params: { query: { ...query, droplet_id: dropletId } } })),
        (listing) => listing.backups,
      );
      return found.sort((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id);
    },
  });

/** When Droplets are backed up, and how the newest Backup of each went; only of those that are. */
export const useSchedules = () =>
  useQuery({
    queryKey: ["droplets", "schedules"],
    queryFn: async () => (await body(api.GET("/dew/v1/backups/schedules"))).schedules,
  });

/** The plans that there are: how many Backups each keeps, and what it costs. */
export const usePlans = () =>
  useQuery({ queryKey: ["plans"], queryFn: async () => (await body(api.GET("/dew/v1/backups/plans"))).plans });
