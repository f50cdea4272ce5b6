import type { Invitation, Person, Role, Scope, Token } from "../api/people";

export const ROLES: readonly (readonly [Role, string])[] = [
  ["administrator", "Administrator"],
  ["member", "Member"],
  ["viewer", "Viewer"],
];

/** What each role may do. */
export const MAY: Readonly<Record<Role, string>> = {
  administrator: "Sees and does everything, settings included.",
  member: "Starts and steers tasks, and sees their own.",
  viewer: "Looks at what is theirs, and changes nothing.",
};

/** How far a token may reach, least first; none reaches further than its person. */
const SCOPES: readonly (readonly [Scope, string])[] = [
  ["metrics", "Read the metrics only"],
  ["read", "Look only"],
  ["tasks", "Start and steer tasks"],
  ["admin", "Everything you may do"],
];

const LEAST: Readonly<Record<Role, readonly Scope[]>> = {
  administrator: ["metrics", "read", "tasks", "admin"],
  member: ["read", "tasks", "admin"],
  viewer: [],
};

export function scopesFor(role: Role): readonly (readonly [Scope, string])[] {
  return SCOPES.filter(([scope]) => LEAST[role].includes(scope));
}

const REACH: Readonly<Record<Scope, string>> = {
  metrics: "reads the metrics",
  read: "looks",
  tasks: "starts and steers tasks",
  admin: "does everything",
};

/** How far a token reaches: the furthest of its scopes. */
export function reachWords(scopes: readonly Scope[]): string {
  const furthest = (["admin", "tasks", "read", "metrics"] as const).find((scope) => scopes.includes(scope));
  return furthest ? REACH[furthest] : "does nothing";
}

export type Standing = "open" | "used" | "revoked" | "expired";

export function invitationStanding(invitation: Invitation, now: number): Standing {
  if (invitation.used_at) return "used";
  if (invitation.revoked_at) return "revoked";
  return Date.parse(invitation.expires_at) <= now ? "expired" : "open";
}

/** Why a token does not work any more; null while it does. */
export function tokenEnd(token: Token, now: number): "revoked" | "expired" | null {
  if (token.revoked_at) return "revoked";
  return token.expires_at && Date.parse(token.expires_at) <= now ? "expired" : null;
}

/** What is wrong with a name for a person; null when nothing is. */
export function nameFault(name: string): string | null {
  if (name.length > 64) return "At most 64 characters.";
  return /^[\p{L}\p{M}\p{N}_.@+-]+( [\p{L}\p{M}\p{N}_.@+-]+)*$/u.test(name)
    ? null
    : "Letters, digits and . @ + - _, with single spaces between.";
}

/** The name of somebody, or their id where they are gone. */
export function nameOf(people: readonly Person[] | undefined, userId: string): string {
  return people?.find(({ user_id }) => user_id === userId)?.name ?? userId;
}

const BROWSERS = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
] as const;

/** A browser by what it calls itself: enough to know one's own again. */
export function browserWords(userAgent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (!browser && !system) return userAgent.slice(0, 60) || "A browser";
  return `${browser ?? "A browser"}${system ? ` on ${system}` : ""}`;
}
