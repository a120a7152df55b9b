import { expect, it } from "vitest";

import { actionAbout } from "@/parts/actionAbout";

const nothing = { name: null, image_name: null, size_slug: null, port: null };

it.each([
  ["snapshot", { name: "before-upgrade" }, "before-upgrade"],
  ["create", { name: "web", image_name: "debian-12" }, "web from debian-12"],
  ["restore", { image_name: "before-upgrade" }, "before-upgrade"],
  ["rebuild", { image_name: "debian-12" }, "from debian-12"],
  ["resize", { size_slug: "s-2vcpu-4gb" }, "s-2vcpu-4gb"],
  ["expose_port", { port: 8080 }, "8080"],
  ["power_on", {}, ""],
])("an Action says what it is about: %s", (kind, named, said) => {
  expect(actionAbout({ kind, ...nothing, ...named })).toBe(said);
});
