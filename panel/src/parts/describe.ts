import type { Droplet, Image } from "@/api/types";
import { megabytes } from "@/parts/words";

/** What DigitalOcean's objects are called on screen. */

export const addressOf = (droplet: Pick<Droplet, "networks">): string =>
  droplet.networks.v4[0]?.ip_address ?? "";

export const sizeLabel = (shape: { vcpus: number; memory: number; disk: number }): string =>
  `${shape.vcpus} vCPU · ${megabytes(shape.memory)} · ${shape.disk} GB`;

export function imageLabel(image: Pick<Image, "name" | "slug" | "distribution" | "type" | "status">): string {
  if (image.status === "deleted") return "an Image deleted since";
  return image.slug ?? image.name;
}

/** Whether a search means an Image: by its slug as by its name, since lists show either. */
export function isMeant(search: string, { name, slug }: { name: string; slug?: string | null }): boolean {
  const word = search.trim().toLowerCase();
  return name.toLowerCase().includes(word) || (slug?.toLowerCase().includes(word) ?? false);
}
