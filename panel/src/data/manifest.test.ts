import { describe, expect, it } from "vitest";

import type { Export } from "@/api/types";
import { fileName, manifestText, readManifest } from "@/data/manifest";

const made: Export = {
  format: "dew-snapshot",
  format_version: 1,
  name: "before: 1/2",
  consistency: "off",
  distribution: "Debian",
  created_at: "2026-05-01T12:00:00Z",
  disk_bytes: 2 ** 30,
  size_bytes: 1000,
  sha256: "0123456789abcdef".repeat(4),
  expires_at: "2026-05-02T12:00:00Z",
};
const file = (text: string) => new File([text], "web.json");
const changed = (change: object) => file(JSON.stringify({ ...(JSON.parse(manifestText(made)) as object), ...change }));

describe("a manifest", () => {
  it("says what the Snapshot was, and which file its disk is", async () => {
    expect(await readManifest(file(manifestText(made)))).toEqual({ ...made, expires_at: undefined, file: "before-1-2.qcow2" });
  });

  it.each([
    ["", "no manifest"],
    ["null", "no manifest"],
    ["[]", "no manifest"],
    ["{", "no manifest"],
    [" ".repeat(2 ** 17), "no manifest"],
  ])("is not any other file: %#", async (text, said) => {
    await expect(readManifest(file(text))).rejects.toThrow(said);
  });

  it.each([
    [{ format: "dew-backup" }, "no manifest"],
    [{ format_version: 2 }, "newer Dew"],
    [{ name: "" }, "damaged"],
    [{ name: 7 }, "damaged"],
    [{ created_at: "yesterday" }, "damaged"],
    [{ size_bytes: "1000" }, "damaged"],
    [{ size_bytes: 0 }, "damaged"],
    [{ sha256: "x" }, "damaged"],
    [{ file: undefined }, "damaged"],
  ])("that makes no sense is told in a sentence: %o", async (change, said) => {
    await expect(readManifest(changed(change))).rejects.toThrow(said);
  });
});

it("a Snapshot's name becomes a file's as dew snapshot export has it", () => {
  expect(["a b/c", "../etc", "ünïcode", "…", "é".repeat(200)].map(fileName)).toEqual(["a-b-c", "etc", "ünïcode", "snapshot", "é".repeat(100)]);
});
