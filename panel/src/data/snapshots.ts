import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { isNotFound } from "@/api/errors";
import { everyPage, newestFirst } from "@/data/pages";

const snapshots = async (filter: { droplet_id?: number }) =>
  (
    await everyPage(
      (query) => body(api.GET("/dew/v1/snapshots", { params: { query: { ...query, ...filter } } })),
      (listing) => listing.snapshots,
    )
  ).sort(newestFirst);

/** All Snapshots, with what Dew knows beyond DigitalOcean's object: whose they are, how consistent, what they hold. */
export const useSnapshots = () => useQuery({ queryKey: ["images", "snapshots"], queryFn: () => snapshots({}) });

/** The Snapshots of a Droplet, newest first. */
export const useSnapshotsOf = (dropletId: number) =>
  useQuery({ queryKey: ["droplet", dropletId, "snapshots"], queryFn: () => snapshots({ droplet_id: dropletId }) });

/** Take a Snapshot; with `off` the Droplet is shut down first, and switched on again. */
export const takeSnapshot = ({ dropletId, ...wish }: { dropletId: number; name: string; off: boolean }) =>
  body(api.POST("/dew/v1/droplets/{droplet_id}/snapshots", { params: { path: { droplet_id: dropletId } }, body: wish }));

export const renameImage = ({ id, name }: { id: number; name: string }) =>
  body(api.PUT("/v2/images/{image_id}", { params: { path: { image_id: id } }, body: { name } }));

/** The file that a Snapshot was exported to; null while there is none. */
export const useExport = (snapshotId: number, enabled: boolean) =>
  useQuery({
    queryKey: ["images", "export", snapshotId],
    enabled,
    queryFn: async () => {
      try {
        return (await body(api.GET("/dew/v1/snapshots/{snapshot_id}/export", exportOf(snapshotId)))).export;
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
  });

export const makeExport = (snapshotId: number) => body(api.POST("/dew/v1/snapshots/{snapshot_id}/export", exportOf(snapshotId)));

export const deleteExport = (snapshotId: number) => api.DELETE("/dew/v1/snapshots/{snapshot_id}/export", exportOf(snapshotId));

export const exportPath = (snapshotId: number): string => `/dew/v1/snapshots/${snapshotId}/export/disk`;

const exportOf = (snapshotId: number) => ({ params: { path: { snapshot_id: snapshotId } } });
