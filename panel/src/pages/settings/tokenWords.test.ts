import { describe, expect, it } from "vitest";

import { rights, shellLines } from "@/pages/settings/tokenWords";

describe("tokens", () => {
  it("come with the lines that doctl needs", () => {
    expect(shellLines("http://127.0.0.1:8080", "s3cret")).toBe(
      "export DIGITALOCEAN_API_URL=http://127.0.0.1:8080\nexport DIGITALOCEAN_ACCESS_TOKEN=s3cret\ndoctl compute droplet list",
    );
  });

  it("say what they allow", () => {
    expect(rights(["read", "write"])).toBe("Reads and writes");
    expect(rights(["read"])).toBe("Reads only");
  });
});
