import { expect, it } from "vitest";
import { providerName } from "./provider";

it("providers are called by their names, and unknown ones by their words", () => {
  expect(["github", "standard", "generic", "new-one"].map(providerName)).toEqual([
    "GitHub",
    "Standard Webhooks",
    "signed with HMAC",
    "new-one",
  ]);
});
