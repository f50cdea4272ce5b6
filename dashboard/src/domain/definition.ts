import type { Fault } from "../api/problem";
import type { components } from "../api/schema";
import type { FeedEvent } from "../feed/wire";

type Schemas = components["schemas"];
type DefinitionFault = Schemas["DefinitionFault"];

/** The kinds of definitions, by the name of their folder under `config/`, of their page and of their routes. */
export type KindId = "agents" | "skills" | "webhooks" | "schedules";

export const KIND_OF: Readonly<Record<Schemas["DefinitionKind"], KindId>> = {
  agent: "agents",
  skill: "skills",
  webhook: "webhooks",
  schedule: "schedules",
};

/** The id of the task that an event tells of, when that is to write a definition of this kind by this wish. */
export function describingTask(event: FeedEvent, kind: KindId, wish: string): string | null {
  if (event.type !== "task.created") return null;
  const { source_metadata, input_message } = event.data;
  const describes = source_metadata?.describes as Schemas["DefinitionKind"] | undefined;
  const isIt = describes !== undefined && KIND_OF[describes] === kind && input_message.endsWith(wish);
  return isIt ? event.task_id : null;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** What is wrong with a name, in words; null when nothing is. */
export function nameFault(name: string): string | null {
  if (name === "") return "Give it a name.";
  return NAME.test(name)
    ? null
    : "Lower-case letters, digits and hyphens inside, at most 64: such as code-review.";
}

/** Whose files a fault is in: `agents/coding/agent.yaml` and `webhooks/coding.yaml` are both of `coding`. */
export function ownerOf(fault: DefinitionFault): string {
  const [, first = ""] = fault.path.split("/");
  return fault.path.split("/").length > 2 ? first : first.replace(/\.ya?ml$/, "");
}

export function faultPlace({ path, line, field }: DefinitionFault): string {
  const place = line === null ? path : `${path}, line ${line}`;
  return field ? `${place}, ${field}` : place;
}

/** What is wrong with one field of a form: `path` are its keys from outside in. */
export interface FieldFault {
  path: (string | number)[];
  what: string;
}

/**
 * The faults of a refused form by field. What the machine read back from the files that it made of the form names the
 * file first; the field stands at the end.
 */
export function fieldFaults(faults: readonly Fault[]): FieldFault[] {
  return faults.map(({ where, what }) => {
    const inside = where.replace(/^body\.?/, "").replace(/^files\.[^:]*?\.(?:ya?ml|md|json)(?::\d+)?\.?/, "");
    const path = inside === "" ? [] : inside.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    return { path, what: inWords(what) };
  });
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^String should have at least 1 character$/, "Must not be empty."],
  [/^Field required$/, "Must not be missing."],
  [/^Input should be (?:greater than|less than).*$/, "Out of range: $&."],
  [/^Extra inputs are not permitted$/, "There is no such field."],
  [/^Value error, /, ""],
];

/** A fault as the checker words it, in words for people. */
export function inWords(what: string): string {
  return WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), what);
}

/** What to say of a name that is none; nothing of any other. */
export function nameFaults(name: string): FieldFault[] {
  const what = nameFault(name);
  return what === null ? [] : [{ path: ["name"], what }];
}

/** What to say of a field in which nothing is written. In YAML, it can also hold a number, or nothing at all. */
export function lacking(field: string, value: unknown, what: string): FieldFault[] {
  return value == null || String(value).trim() === "" ? [{ path: [field], what }] : [];
}

/** The faults of one field and of what is inside it, in one line; undefined when there are none. */
export function faultAt(faults: readonly FieldFault[], ...path: (string | number)[]): string | undefined {
  const found = faults.filter((fault) => path.every((key, index) => fault.path[index] === key));
  if (found.length === 0) return undefined;
  return found
    .map(({ path: whole, what }) => {
      const rest = whole.slice(path.length).filter((key) => typeof key === "string");
      return rest.length > 0 ? `${rest.join(".")}: ${what}` : what;
    })
    .join(" ");
}

/** Words or rules of one line: `Read, Bash(git log:*)`. Commas inside of brackets belong to the rule. */
export function splitList(text: string): string[] {
  const found = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (depth <= 0 && (letter === "," || letter === "\n")) found.push("");
    else found[found.length - 1] += letter;
  }
  return found.map((word) => word.trim()).filter((word) => word !== "");
}

/** 142 B, 3.4 kB, 1.2 MB */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** `value` without what is as in `plain`: what a person would write into a file. */
export function withoutDefaults<T extends object>(value: T, plain: Partial<T>): Partial<T> {
  const differs = ([key, one]: [string, unknown]) =>
    one !== undefined && JSON.stringify(one) !== JSON.stringify(plain[key as keyof T] ?? null);
  return Object.fromEntries(Object.entries(value).filter(differs)) as Partial<T>;
}
