import type { ProviderName, Trigger } from "../api/webhooks";

type Who = NonNullable<Trigger["who"]>[number];

const STANDINGS = new Set(["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"]);

/** People in words: a login, `id:4711`, or a standing in capitals. */
export function peopleOf(who: Trigger["who"] | undefined): string[] {
  return (who ?? []).map(({ id, login, association }) =>
    id == null ? (login ?? association ?? "") : `id:${id}`,
  );
}

/** The same the other way round; nobody is null, which is everybody, untrusted. */
export function whoOf(people: readonly string[]): Who[] | null {
  if (people.length === 0) return null;
  return people.map((one): Who => {
    if (STANDINGS.has(one)) return { association: one as NonNullable<Who["association"]> };
    return one.startsWith("id:") ? { id: one.slice(3) } : { login: one.replace(/^@/, "") };
  });
}

/** 256 random bits, in the form that the provider's own secrets have. */
export function newSecret(provider: ProviderName): string {
  const random = crypto.getRandomValues(new Uint8Array(32));
  if (provider === "standard") return `whsec_${btoa(String.fromCharCode(...random))}`;
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a secret was made here: then nobody but this page knows it. */
export function isNewSecret(secret: string): boolean {
  return /^(?:[0-9a-f]{64}|whsec_[A-Za-z0-9+/]{43}=)$/.test(secret);
}

const DAY_MS = 86_400_000;

/** A day after `now`, as the machine reads times. */
export function inADay(now: number): string {
  return new Date(now + DAY_MS).toISOString();
}
