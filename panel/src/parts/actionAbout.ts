import type { OwnAction } from "@/api/types";

type About = Pick<OwnAction, "kind" | "name" | "image_name" | "size_slug" | "port">;

/** What an Action is about, by the names that it had then: a Snapshot, an Image, a size, a port. */
export function actionAbout({ kind, name, image_name, size_slug, port }: About): string {
  const image = image_name && (kind === "restore" ? image_name : `from ${image_name}`);
  return [name, image, size_slug, port].filter((word) => word !== null && word !== "").join(" ");
}
