import { expect, it } from "vitest";

import { findExport, together } from "@/pages/images/exportedFiles";

const manifest = { format: "dew-snapshot", format_version: 1, name: "web", created_at: "2026-05-01T12:00:00Z", disk_bytes: 9, size_bytes: 4, sha256: "0".repeat(64), file: "web.qcow2" };
const note = (name = "web.json", change: object = {}) => new File([JSON.stringify({ ...manifest, ...change })], name);
const disk = (name = "web.qcow2", content = "disk") => new File([content], name);

it("takes both files in any order, whatever the browser called them, and leaves others alone", async () => {
  for (const files of [
    [note(), disk()],
    [disk("web (1).qcow2"), note("web (2).json")],
    [disk(), note(), new File(["x"], "web.qcow2.sha256"), new File(["{}"], "notes.json")],
    [disk("other.qcow2"), disk(), note()],
  ]) {
    const found = await findExport(files);
    expect([found.manifest.name, await found.disk.text()]).toEqual(["web", "disk"]);
  }
});

it.each([
  [[disk("my.web.qcow2")], "choose my.web.json too"],
  [[note()], "choose web.qcow2 too"],
  [[new File(["x"], "x.txt")], "None of these"],
  [[note(), disk("web.qcow2", "dis")], "is not whole"],
  [[note(), note("other.json"), disk(), disk("other.qcow2")], "one export at a time"],
  [[new File(["{}"], "web.json"), disk()], "no manifest"],
])("says what is missing or wrong: %#", async (files, said) => {
  await expect(findExport(files)).rejects.toThrow(said);
});

it("puts the file that was forgotten to the one that was chosen before", () => {
  const names = (files: File[]) => files.map(({ name }) => name).sort();
  expect(names(together([disk()], [note()]))).toEqual(["web.json", "web.qcow2"]);
  expect(names(together([disk("old.qcow2"), note()], [disk()]))).toEqual(["web.json", "web.qcow2"]);
  expect(names(together([], [note(), disk()]))).toEqual(["web.json", "web.qcow2"]);
});
