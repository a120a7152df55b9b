import type { Image, Key } from "@/api/types";

/** What is to be created, as the form has it. */
export interface Wish {
  image: Image;
  size: string;
  names: readonly string[];
  keys: readonly Key[];
  tags: readonly string[];
  userData: string;
  backups: boolean;
}

/** What POST /v2/droplets takes. */
export function requestOf({ image, size, names, keys, tags, userData, backups }: Wish) {
  const shared = {
    image: image.slug ?? image.id,
    size,
    ssh_keys: keys.map((key) => key.id),
    tags: [...tags],
    user_data: userData || null,
    backups,
  };
  const [only] = names;
  return names.length === 1 && only !== undefined ? { ...shared, name: only } : { ...shared, names: [...names] };
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const line = (...words: string[]): string => words.map(quoted).join(" ");

/** The same by the dew command: one line a Droplet. */
export function dewCommand({ image, size, names, keys, tags, userData, backups }: Wish): string {
  const options = [
    ["--image", image.slug ?? `id:${image.id}`],
    ["--size", size],
    ...keys.map((key) => ["--key", `id:${key.id}`]),
    ...tags.map((tag) => ["--tag", tag]),
    ...(userData ? [["--user-data", "user-data.yaml"]] : []),
    ...(backups ? [["--backups"]] : []),
  ].flat();
  return names.map((name) => line("dew", "droplet", "create", name, ...options)).join("\n");
}

/** The same by DigitalOcean's own command. */
export function doctlCommand({ image, size, names, keys, tags, userData, backups }: Wish): string {
  return line(
    ...["doctl", "compute", "droplet", "create", ...names],
    ...["--image", image.slug ?? String(image.id), "--size", size],
    ...(keys.length ? ["--ssh-keys", keys.map((key) => key.id).join(",")] : []),
    ...(tags.length ? ["--tag-names", tags.join(",")] : []),
    ...(userData ? ["--user-data-file", "user-data.yaml"] : []),
    ...(backups ? ["--enable-backups"] : []),
    "--wait",
  );
}
