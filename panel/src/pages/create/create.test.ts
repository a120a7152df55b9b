import { describe, expect, it } from "vitest";

import type { Image, Key } from "@/api/types";
import { dewCommand, doctlCommand, quoted, requestOf, type Wish } from "@/pages/create/commands";
import { freeNames, nameFault } from "@/pages/create/names";

const wish = (more: Partial<Wish> = {}): Wish => ({
  image: { id: 7, slug: "debian-12" } as Image,
  size: "s-1vcpu-1gb",
  names: ["web"],
  keys: [],
  tags: [],
  userData: "",
  backups: false,
  ...more,
});
const keys = [{ id: 3 }, { id: 4 }] as Key[];
const snapshot = { id: 12, slug: null } as Image;

describe("the same as a command", () => {
  it("says what the form says", () => {
    expect(dewCommand(wish({ keys, tags: ["prod"] }))).toBe(
      "dew droplet create web --image debian-12 --size s-1vcpu-1gb --key id:3 --key id:4 --tag prod",
    );
    expect(doctlCommand(wish({ keys, tags: ["prod"], names: ["a", "b"] }))).toBe(
      "doctl compute droplet create a b --image debian-12 --size s-1vcpu-1gb --ssh-keys 3,4 --tag-names prod --wait",
    );
  });

  it("means a Snapshot by its id, since names fit several", () => {
    expect(dewCommand(wish({ image: snapshot }))).toContain("--image id:12");
    expect(doctlCommand(wish({ image: snapshot }))).toContain("--image 12");
  });

  it("quotes what a shell would take apart", () => {
    expect(quoted("it's")).toBe(String.raw`'it'\''s'`);
    expect(quoted("$(reboot)")).toBe("'$(reboot)'");
  });

  it("asks for several by their names and for one by its name", () => {
    expect(requestOf(wish())).toMatchObject({ name: "web", image: "debian-12" });
    expect(requestOf(wish({ names: ["a", "b"], image: snapshot }))).toMatchObject({ names: ["a", "b"], image: 12 });
  });
});

describe("names", () => {
  it("are offered free", () => {
    expect(freeNames("Debian 12", new Set(["debian-12-1"]), 2)).toEqual(["debian-12-2", "debian-12-3"]);
    expect(freeNames("<script>", new Set(), 1)).toEqual(["script-1"]);
    expect(freeNames("…", new Set(), 1)).toEqual(["droplet-1"]);
  });

  it("are refused for what is wrong with them", () => {
    expect(nameFault("web-1.example.com")).toBeNull();
    expect(nameFault("")).toMatch(/needed/);
    expect(nameFault("a_b")).toMatch(/Letters/);
    expect(nameFault("a..b")).toMatch(/dots/);
    expect(nameFault(`${"x".repeat(64)}.de`)).toMatch(/63/);
  });
});
