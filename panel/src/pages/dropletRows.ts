import type { Droplet, Overview } from "@/api/types";
import { addressOf, imageLabel, sizeLabel } from "@/parts/describe";

/** One line of the list: what is known of a Droplet from both lists of the API. */
export interface Row {
  id: number;
  name: string;
  status: Droplet["status"];
  locked: boolean;
  reason: string;
  address: string;
  size: string;
  memory: number;
  image: string;
  tags: readonly string[];
  lastSnapshotAt: string | null;
  openActionId: number | null;
}

export type Column = "name" | "status" | "address" | "size" | "image" | "snapshot";

export interface Sorting {
  by: Column;
  down: boolean;
}

export function rowsOf(droplets: readonly Droplet[], overviews: readonly Overview[]): Row[] {
  const known = new Map(overviews.map((each) => [each.id, each]));
  return droplets.map((droplet) => {
    const overview = known.get(droplet.id);
    return {
      id: droplet.id,
      name: droplet.name,
      status: droplet.status,
      locked: droplet.locked,
      reason: overview?.damage || overview?.reason || "",
      address: addressOf(droplet),
      size: sizeLabel(droplet),
      memory: droplet.memory,
      image: imageLabel(droplet.image),
      tags: droplet.tags,
      lastSnapshotAt: overview?.last_snapshot_at ?? null,
      openActionId: overview?.open_action_id ?? null,
    };
  });
}

export const tagsOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => row.tags))].sort();

/** An address as one that sorts: 127.66.0.9 before 127.66.0.10. */
const sortable = (address: string): string => address.replaceAll(/\d+/g, (part) => part.padStart(3, "0"));

const KEYS: Record<Column, (row: Row) => string> = {
  name: (row) => row.name.toLowerCase(),
  status: (row) => row.status,
  address: (row) => sortable(row.address),
  size: (row) => String(row.memory).padStart(9, "0"),
  image: (row) => row.image.toLowerCase(),
  snapshot: (row) => row.lastSnapshotAt ?? "",
};

interface Choice {
  search: string;
  tag: string | null;
  sorting: Sorting;
}

/** The rows that fit a search and a tag, in the order asked for; ids decide between equals. */
export function chosen(rows: readonly Row[], { search, tag, sorting }: Choice): Row[] {
  const word = search.trim().toLowerCase();
  const fits = (row: Row) =>
    (tag === null || row.tags.includes(tag)) &&
    [row.name, row.address, row.image, ...row.tags].some((text) => text.toLowerCase().includes(word));
  const key = KEYS[sorting.by];
  const direction = sorting.down ? -1 : 1;
  return rows.filter(fits).sort((a, b) => direction * key(a).localeCompare(key(b), "en", { numeric: true }) || a.id - b.id);
}
