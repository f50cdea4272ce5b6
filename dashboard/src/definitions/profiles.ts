import type { AgentForm } from "../api/definitions";

/** How much tasks may do at most, as it is offered. */
export const PROFILES: readonly (readonly [AgentForm["profile"], string])[] = [
  ["standard", "Standard: commands stay in the sandbox"],
  ["trusted", "Trusted: may leave the sandbox, may never ask"],
  ["untrusted", "Untrusted: may look, and change nothing"],
];
