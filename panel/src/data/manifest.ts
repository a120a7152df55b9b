import type { Export } from "@/api/types";

const FORMAT = "dew-snapshot";
const FORMAT_VERSION = 1;
const LARGEST_BYTES = 2 ** 16; // what is larger is no manifest
const LONGEST_NAME_BYTES = 200; // of the 255 that filesystems take, endings included
const SHA256 = /^[0-9a-f]{64}$/;

/** What an exported Snapshot was, as it lies beside its disk; `dew snapshot export` writes the same. */
export type Manifest = Omit<Export, "expires_at"> & { file: string };

/** A Snapshot's name as files can have it, without ending. */
export function fileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^[.-]+|[.-]+$/g, "");
  const start = new TextEncoder().encode(plain).slice(0, LONGEST_NAME_BYTES);
  return new TextDecoder().decode(start, { stream: true }) || "snapshot"; // stream: half a letter at the end is left out
}

/** The manifest of an export, as a file's text. */
export function manifestText(made: Export): string {
  const manifest = { ...made, expires_at: undefined, file: `${fileName(made.name)}.qcow2` };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What a manifest says. What is wrong with it is thrown as a sentence; dewd looks closer at the rest. */
export async function readManifest(file: File): Promise<Manifest> {
  const none = new Error(`${file.name} is no manifest of an exported Snapshot. Choose the .json file that was exported beside the disk.`);
  if (file.size > LARGEST_BYTES) throw none;
  const told = parsed(await file.text());
  if (told?.["format"] !== FORMAT) throw none;
  if (told["format_version"] !== FORMAT_VERSION) throw new Error(`${file.name} was written by a newer Dew: install that one here too.`);
  if (!isWhole(told)) throw new Error(`The manifest ${file.name} is damaged: something in it is missing or wrong. Export the Snapshot again.`);
  return told;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function isWhole(told: Record<string, unknown>): told is Record<string, unknown> & Manifest {
  const { name, created_at, size_bytes, disk_bytes, sha256, file } = told;
  return (
    [name, created_at, file].every((each) => typeof each === "string" && each !== "") &&
    [size_bytes, disk_bytes].every((each) => Number.isSafeInteger(each) && Number(each) > 0) &&
    !Number.isNaN(Date.parse(String(created_at))) &&
    SHA256.test(String(sha256))
  );
}
