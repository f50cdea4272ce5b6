import type { AgentForm } from "../api/definitions";

/** How much tasks may do at most, as it is offered. */
export const PROFILES: readonly (readonly [AgentForm["profile"], string])[] = [
  ["standard", "Standard: stays in the sandbox"],
  ["trusted", "Trusted: may leave it, may never ask"],
  ["untrusted", "Untrusted: may only look"],
];
