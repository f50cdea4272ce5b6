import { describe, expect, it } from "vitest";
import type { ProviderName } from "../api/webhooks";
import { PROVIDERS } from "../domain/provider";
import { hintsOf, takesOurSecret } from "./provider-hints";

const having = (what: (provider: ProviderName) => unknown) =>
  PROVIDERS.map(([provider]) => provider).filter((provider) => what(provider));

describe("what the form says of a provider", () => {
  it("offers a token where the machine can answer, and an address where there are servers of one's own", () => {
    expect(having((provider) => hintsOf(provider).token)).toEqual([
      "github",
      "gitlab",
      "jira",
      "slack",
      "sentry",
      "linear",
    ]);
    expect(having((provider) => hintsOf(provider).api)).toEqual(["github", "gitlab", "jira", "sentry"]);
  });

  it("names another server for each", () => {
    const addresses = having((provider) => hintsOf(provider).api).map(
      (provider) => hintsOf(provider).api?.address,
    );
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it("makes up no secret for those that make their own", () => {
    expect(having((provider) => !takesOurSecret(provider))).toEqual(["slack", "sentry", "linear"]);
  });
});
