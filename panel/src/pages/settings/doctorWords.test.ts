import { describe, expect, it } from "vitest";

import type { Finding } from "@/api/types";
import { verdict, worstFirst } from "@/pages/settings/doctorWords";

const finding = (ok: Finding["ok"]): Finding => ({ name: ok, ok, found: "", advice: "" });

describe("the doctor", () => {
  it("tells first what stops Droplets", () => {
    expect(worstFirst([finding("ok"), finding("warn"), finding("fail")]).map(({ ok }) => ok)).toEqual(["fail", "warn", "ok"]);
  });

  it("says how the machine is", () => {
    expect(verdict([finding("ok")])).toBe("This machine has all that Droplets need.");
    expect(verdict([finding("warn"), finding("ok")])).toContain("could be better");
    expect(verdict([finding("warn"), finding("fail")])).toContain("No Droplet runs");
  });
});
