import type { components } from "../api/schema";
import type { FieldFault } from "./definition";

export type CodeSource = components["schemas"]["CodeSource"];

/** Which code work is about, as it stands in its fields. */
export interface CodeTexts {
  repository: string;
  ref: string;
  base: string;
  credentials: string;
}

export const NO_CODE: CodeTexts = { repository: "", ref: "", base: "", credentials: "" };
const FIELDS = Object.keys(NO_CODE) as (keyof CodeTexts)[];

/** Code as it was written, in YAML perhaps: what is left out, or is no text, is empty. */
export function codeTexts(written: unknown): CodeTexts {
  const said = (typeof written === "object" ? (written ?? {}) : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return Object.fromEntries(FIELDS.map((field) => [field, text(said[field])])) as unknown as CodeTexts;
}

/** What the fields say: what is empty is left out. */
export function saidCode(texts: CodeTexts): Partial<CodeTexts> {
  const trimmed = FIELDS.map((field) => [field, texts[field].trim()] as const);
  return Object.fromEntries(trimmed.filter(([, text]) => text !== ""));
}

/** The same as a definition holds it; null where nothing is said. */
export function sourceOf(texts: CodeTexts): CodeSource | null {
  const said = saidCode(texts);
  return Object.keys(said).length === 0 ? null : { repository: "", ...said };
}

const ADDRESS = /^(?:(?:https?|ssh|git):\/\/[^\s/]+\/[^\s/]\S*|[\w.-]+@[^\s@:/]+:[^\s:/-]\S*)$/i;
const WITH_NAME = /^(?:https?|git):\/\/[^/]*@/i;

/** What is wrong with them, each of its field; the machine has the last word. */
export function codeFaults(texts: CodeTexts): FieldFault[] {
  const { repository = "", ...others } = saidCode(texts);
  const rules: readonly (readonly [boolean, string])[] = [
    [repository === "" && Object.keys(others).length > 0, "Say of which repository."],
    [WITH_NAME.test(repository), "Leave name and password out of the address: a variable holds them."],
    [repository !== "" && !ADDRESS.test(repository), "An address is https://…, ssh://… or git@host:path."],
  ];
  return rules.flatMap(([isWrong, what]) => (isWrong ? [{ path: ["repository"], what }] : []));
}

/** In a few words: `shop at main`; empty where no repository is named. */
export function codeWords(texts: CodeTexts): string {
  const { repository, ref } = saidCode(texts);
  const name = repository
    ?.replace(/\/+$/, "")
    .split(/[/:]/)
    .at(-1)
    ?.replace(/\.git$/, "");
  if (!name) return "";
  return ref ? `${name} at ${ref}` : name;
}
