import { type Manifest, readManifest } from "@/data/manifest";
import { bytes } from "@/parts/words";

/** An export: its disk, and what its manifest says of it. */
export interface Exported {
  disk: File;
  manifest: Manifest;
}

const DISK = ".qcow2";
const MANIFEST = ".json";
const ofKind = (files: readonly File[], ending: string) => files.filter(({ name }) => name.toLowerCase().endsWith(ending));
const stem = (file: File): string => file.name.slice(0, file.name.lastIndexOf("."));

/** What was chosen so far and what is chosen now: who forgot one of the two chooses it afterwards. */
export function together(before: readonly File[], now: readonly File[]): File[] {
  const kept = [DISK, MANIFEST].filter((ending) => ofKind(now, ending).length === 0);
  return [...kept.flatMap((ending) => ofKind(before, ending)), ...[DISK, MANIFEST].flatMap((ending) => ofKind(now, ending))];
}

/** The export among files, others being left alone. What is missing or wrong is thrown as a sentence. */
export async function findExport(files: readonly File[]): Promise<Exported> {
  const disks = ofKind(files, DISK);
  const note = oneManifest(ofKind(files, MANIFEST), disks);
  const manifest = await readManifest(note);
  const disk = disks.length === 1 ? disks[0] : disks.find(({ name }) => name === manifest.file || name === stem(note) + DISK);
  if (!disk) throw new Error(`The disk is missing: choose ${manifest.file} too, which was exported beside the manifest.`);
  if (disk.size !== manifest.size_bytes) {
    throw new Error(`${disk.name} has ${bytes(disk.size)} and was exported with ${bytes(manifest.size_bytes)}: it is not whole, or another one. Download it again.`);
  }
  return { disk, manifest };
}

function oneManifest(notes: readonly File[], disks: readonly File[]): File {
  const [first] = disks;
  if (notes.length === 0) {
    if (!first) throw new Error("None of these files is of an export: it has a disk, .qcow2, and a manifest, .json.");
    throw new Error(`The manifest is missing: choose ${stem(first)}${MANIFEST} too, which was exported beside the disk. A disk that has none is uploaded as a custom image.`);
  }
  const meant = notes.length === 1 ? notes : notes.filter((note) => disks.some((disk) => stem(disk) === stem(note)));
  const [found, ...others] = meant;
  if (!found || others.length > 0) throw new Error(`There are ${notes.length} manifests: choose one export at a time.`);
  return found;
}
