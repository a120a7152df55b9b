import { describe, expect, it } from "vitest";

import { chosen, type Row, tagsOf } from "@/pages/dropletRows";

const row = (id: number, name: string, more: Partial<Row> = {}): Row => ({
  id,
  name,
  status: "active",
  locked: false,
  reason: "",
  address: `127.66.0.${id}`,
  size: "",
  memory: 1024,
  image: "debian-12",
  tags: [],
  lastSnapshotAt: null,
  openActionId: null,
  ...more,
});
const names = (rows: readonly Row[]) => rows.map((each) => each.name);
const byName = { by: "name", down: false } as const;

describe("the list of Droplets", () => {
  const rows = [row(10, "web10", { tags: ["prod"] }), row(9, "web9"), row(2, "Db", { tags: ["prod", "db"] })];

  it("sorts numbers in names as people count", () => {
    expect(names(chosen(rows, { search: "", tag: null, sorting: byName }))).toEqual(["Db", "web9", "web10"]);
  });

  it("sorts addresses by their numbers", () => {
    expect(names(chosen(rows, { search: "", tag: null, sorting: { by: "address", down: true } }))).toEqual(["web10", "web9", "Db"]);
  });

  it("finds by name, address and tag, whatever the case", () => {
    const found = (search: string) => names(chosen(rows, { search, tag: null, sorting: byName }));
    expect(found("WEB")).toEqual(["web9", "web10"]);
    expect(found("0.9")).toEqual(["web9"]);
    expect(found("prod")).toEqual(["Db", "web10"]);
    expect(found("nothing")).toEqual([]);
  });

  it("shows only what has the tag", () => {
    expect(names(chosen(rows, { search: "", tag: "db", sorting: byName }))).toEqual(["Db"]);
    expect(tagsOf(rows)).toEqual(["db", "prod"]);
  });
});
