import { describe, expect, it } from "vitest";

import { staleAfter } from "@/data/events";

describe("events", () => {
  it("bring the result of a check of the store to the page that shows it", () => {
    expect(staleAfter({ type: "action", resource_type: "store", resource_id: 1 })).toContainEqual(["store"]);
    expect(staleAfter({ type: "layer", resource_type: "layer", resource_id: 3 })).toContainEqual(["store"]);
  });
});
