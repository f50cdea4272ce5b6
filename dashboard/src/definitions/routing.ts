import type { AgentForm } from "../api/definitions";
import type { components } from "../api/schema";
import type { FieldFault } from "../domain/definition";

export type RoutingRule = components["schemas"]["RoutingRule"];

export const EMPTY_RULE: RoutingRule = { sources: [], events: [], labels: [], keywords: [], question: false };

/** As many as an agent may have. */
export const MAX_RULES = 20;

/** Rules as they were written, in YAML perhaps: what is left out is empty, and what is no rule is none. */
export function rulesOf(written: unknown): RoutingRule[] {
  const list: unknown[] = Array.isArray(written) ? written : [];
  return list.map((one) => {
    const rule = { ...EMPTY_RULE, ...(typeof one === "object" ? one : {}) };
    const words = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
    const { sources, events, labels, keywords } = rule;
    return {
      ...{ sources: words(sources), events: words(events), labels: words(labels), keywords: words(keywords) },
      question: rule.question === true,
    };
  });
}

/** Whether a rule asks for nothing: such a one would take every task. */
export function asksNothing({ sources, events, labels, keywords, question }: RoutingRule): boolean {
  return !question && [sources, events, labels, keywords].every((words) => words.length === 0);
}

/** Rules that are not filled in yet. */
export function emptyRules(written: unknown): FieldFault[] {
  return rulesOf(written).flatMap((rule, index) =>
    asksNothing(rule)
      ? [{ path: ["routing", index], what: "Say what it asks for, or remove it: it would take every task." }]
      : [],
  );
}

/** What a rule takes, in words; everything that it names has to fit. */
export function ruleWords({ sources, events, labels, keywords, question }: RoutingRule): string {
  const some = (name: string, words: readonly string[]) =>
    words.length > 0 ? [`${name} ${words.join(" or ")}`] : [];
  return [
    ...some("from", sources),
    ...some("event", events),
    ...some("label", labels),
    ...some("with the words", keywords),
    ...(question ? ["a question"] : []),
  ].join(", ");
}

export type Network = NonNullable<AgentForm["network"]>;

const HOST =
  /^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d{1,5})?$/;

/** What is wrong with a list of hosts that an agent reaches; null when nothing is, and for what is no list. */
export function networkFault(network: unknown): string | null {
  if (!Array.isArray(network)) return null;
  if (network.length === 0) return "Name at least one host.";
  const wrong = network.find((host) => !HOST.test(String(host)));
  return wrong === undefined
    ? null
    : `${wrong} is no host: write it as example.com, *.example.com or example.com:8443.`;
}

/** What an agent's commands reach, in words. */
export function networkWords(network: AgentForm["network"]): string {
  if (network == null) return "as its profile gives";
  if (network === "all") return "everything but this computer";
  return network === "none" ? "nothing" : network.join(", ");
}
