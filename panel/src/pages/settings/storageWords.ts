import type { Storage, Taker } from "@/api/types";

export interface Share {
  label: string;
  bytes: number;
  color: string;
}

/** How the disk is divided, largest owners of Dew's first; what is not Dew's is what remains. */
export function shares(storage: Storage): Share[] {
  const own = [
    { label: "Droplets and Images", bytes: storage.layers_bytes, color: "water.6" },
    { label: "Deleted, soon free", bytes: storage.trash_bytes, color: "orange.6" },
    { label: "Exports", bytes: storage.exports_bytes, color: "grape.6" },
    { label: "Uploads", bytes: storage.uploads_bytes, color: "teal.6" },
    { label: "Fetched before", bytes: storage.caches_bytes, color: "yellow.6" },
  ].filter(({ bytes }) => bytes > 0);
  const ours = own.reduce((sum, { bytes }) => sum + bytes, 0);
  const others = Math.max(0, storage.total_bytes - storage.free_bytes - ours);
  return [...own, { label: "Not Dew’s", bytes: others, color: "gray.6" }];
}

const KINDS: Record<string, { word: string; path: string }> = {
  snapshot: { word: "Snapshot", path: "/images/snapshots" },
  backup: { word: "Backup", path: "/images/backups" },
  custom: { word: "Custom image", path: "/images/custom" },
  base: { word: "Distribution", path: "/images/distributions" },
};

/** What a thing is called, and where it is deleted. */
export function placeOf({ kind, id }: Pick<Taker, "kind" | "id">): { word: string; path: string } {
  if (kind === "droplet") return { word: "Droplet", path: `/droplets/${id}` };
  return KINDS[kind] ?? { word: kind, path: "/images" };
}
