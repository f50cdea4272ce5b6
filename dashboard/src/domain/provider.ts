import type { ProviderName } from "../api/webhooks";

/** Systems that a webhook can come from, in the order in which they are offered. */
export const PROVIDERS: readonly (readonly [ProviderName, string])[] = [
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["bitbucket", "Bitbucket"],
  ["jira", "Jira"],
  ["slack", "Slack"],
  ["sentry", "Sentry"],
  ["linear", "Linear"],
  ["standard", "Standard Webhooks"],
  ["generic", "Any other that signs with HMAC"],
];

/** What a provider is called; one that is not known keeps its word. */
export function providerName(provider: string): string {
  if (provider === "generic") return "signed with HMAC";
  return PROVIDERS.find(([key]) => key === provider)?.[1] ?? provider;
}
