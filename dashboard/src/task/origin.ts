import { dollars, duration, fullTime } from "../domain/format";
import { providerName } from "../domain/provider";

/** One thing that is known of where a task came from. */
export interface Origin {
  name: string;
  said: string;
  /** Where it leads to: a page of ours, or an address on the web. */
  href?: string;
  search?: Record<string, string>;
}

type Metadata = Readonly<Record<string, unknown>>;
type Tell = (value: unknown, all: Metadata) => Origin[];

const part = encodeURIComponent;
const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** A fact that has one text; nothing where there is none. */
function fact(name: string, href?: (value: string) => string | undefined): Tell {
  return (value) => {
    const said = text(value);
    const link = said ? href?.(said) : undefined;
    return said ? [{ name, said, ...(link ? { href: link } : {}) }] : [];
  };
}

function several(name: string, value: unknown, one: (item: unknown) => string = text): Origin[] {
  const said = Array.isArray(value) ? value.map(one).filter(Boolean).join(", ") : "";
  return said ? [{ name, said }] : [];
}

function nameOf(file: unknown): string {
  return typeof file === "object" && file !== null && "name" in file ? text(file.name) : text(file);
}

const ASKED: Readonly<Record<string, (value: number) => string>> = {
  priority: (value) => `priority ${value}`,
  timeout_seconds: (value) => `at most ${duration(value)}`,
  max_turns: (value) => `at most ${value} turns`,
  max_budget_usd: (value) => `at most ${dollars(value)}`,
};

/** Limits that the wish itself gave; its code stands elsewhere. */
function asked(value: unknown): Origin[] {
  const given = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const said = given.flatMap(([name, limit]) =>
    typeof limit === "number" && ASKED[name] ? [ASKED[name](limit)] : [],
  );
  return said.length > 0 ? [{ name: "Asked for", said: said.join(", ") }] : [];
}

function delivery(id: unknown, { webhook }: Metadata): Origin[] {
  const [name, said] = [text(webhook), text(id)];
  if (!said) return [];
  const link = { href: `/webhooks/${part(name)}/deliveries`, search: { delivery: said } };
  return [{ name: "Delivery", said, ...(name ? link : {}) }];
}

/** What the machine keeps with a task, in the order in which it is told. */
const KNOWN: Readonly<Record<string, Tell>> = {
  webhook: fact("Webhook", (name) => `/webhooks/${part(name)}`),
  delivery_id: delivery,
  provider: (value) => (text(value) ? [{ name: "Provider", said: providerName(text(value)) }] : []),
  event: fact("Event"),
  trigger_name: fact("Trigger"),
  trigger: () => [],
  labels: (value) => several("Labels", value),
  url: fact("On the web", (url) => (/^https?:\/\//.test(url) ? url : undefined)),
  hops: (value) =>
    typeof value === "number" && value > 0 ? [{ name: "Caused by", said: caused(value) }] : [],
  reply: (value) => (value === true ? [{ name: "Result", said: "is posted where the event came from" }] : []),
  schedule: fact("Schedule", (name) => `/schedules/${part(name)}`),
  due_at: (value) => (text(value) ? [{ name: "Due", said: fullTime(text(value)) }] : []),
  run_by: fact("Run by hand by"),
  plan_of: fact("Plan", (id) => `/tasks/${part(id)}`),
  approved_by: fact("Approved by"),
  asked,
  attachments: (value) => several("Files", value, nameOf),
  describes: (value) => (text(value) ? [{ name: "Makes", said: `a draft of ${words(text(value))}` }] : []),
  replaces: (value) => several("Replaces", value),
  profile: (value) => (text(value) ? [{ name: "Trusted", said: PROFILES[text(value)] ?? text(value) }] : []),
};

const PROFILES: Readonly<Record<string, string>> = {
  trusted: "as far as its agent is",
  standard: "as far as its agent is, in the sandbox",
  untrusted: "with looking only: strangers can cause such tasks",
};

function caused(hops: number): string {
  return hops === 1 ? "a task of this machine" : `tasks of this machine, ${hops} one after another`;
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** What the machine keeps of where a task came from, in words; what is not known here keeps its name. */
export function originOf(metadata: Metadata): Origin[] {
  const known = Object.entries(KNOWN).flatMap(([key, tell]) =>
    key in metadata ? tell(metadata[key], metadata) : [],
  );
  const others = Object.entries(metadata)
    .filter(([key]) => !(key in KNOWN))
    .map(([key, value]) => ({
      name: words(key).replace(/^./, (letter) => letter.toUpperCase()),
      said: text(value) || JSON.stringify(value),
    }));
  return [...known, ...others];
}
