import type { KindId } from "./definition";
import type { ToolItem } from "./items";

/** What a call of the Brain has brought about, to be opened. */
export type Card =
  | { kind: "task"; verb: string; taskId: string; title: string }
  | { kind: "definition"; verb: string; of: KindId; name: string; isGone: boolean };

type Fields = Readonly<Record<string, unknown>>;

const PREFIX = "mcp__machine__";
const OF: Readonly<Record<string, KindId>> = {
  agent: "agents",
  skill: "skills",
  webhook: "webhooks",
  schedule: "schedules",
};

/** The name of a tool of the machine itself; null for all others. */
export function machineTool(name: string): string | null {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
}

/** What a tool of the machine does to which kind of definition; null where it does neither. */
export function changeOf(name: string, input: Fields | null): { verb: Verb; one: string; of: KindId } | null {
  const tool = machineTool(name);
  const [, act, one] =
    /^(create|update|delete|set|pause)_(agent|skill|webhook|schedule)(?:_enabled)?$/.exec(tool ?? "") ?? [];
  const of = OF[one ?? ""];
  if (!act || !one || !of) return null;
  if (act === "set") return { verb: input?.enabled === false ? "disable" : "enable", one, of };
  if (act === "pause") return { verb: input?.paused === false ? "resume" : "pause", one, of };
  return { verb: act as Verb, one, of };
}

export type Verb = "create" | "update" | "delete" | "enable" | "disable" | "pause" | "resume";

export const DONE: Readonly<Record<Verb, string>> = {
  create: "created",
  update: "changed",
  delete: "deleted",
  enable: "switched on",
  disable: "switched off",
  pause: "paused",
  resume: "resumed",
};

export const TO_DO: Readonly<Record<Verb, string>> = {
  create: "Create",
  update: "Change",
  delete: "Delete",
  enable: "Switch on",
  disable: "Switch off",
  pause: "Pause",
  resume: "Resume",
};

const TASK_VERBS: Readonly<Record<string, string>> = {
  create_task: "Task started",
  send_input: "Message sent to a task",
  stop_task: "Task stopped",
};

/** The card of a call that is done and went well; null for calls that only look, and for all that failed. */
export function cardOf(item: ToolItem): Card | null {
  if (!item.done || item.isError) return null;
  const result = fieldsOf(item.result);
  const tool = machineTool(item.name) ?? "";
  const taskVerb = TASK_VERBS[tool];
  if (taskVerb) {
    const taskId = text(result.task_id) || text(item.input?.task_id);
    return taskId ? { kind: "task", verb: taskVerb, taskId, title: titleOf(item, result) } : null;
  }
  const change = changeOf(item.name, item.input);
  const name = text(item.input?.name) || text(result.name);
  if (!change || !name) return null;
  const verb = `${change.one.replace(/^./, (letter) => letter.toUpperCase())} ${DONE[change.verb]}`;
  return { kind: "definition", verb, of: change.of, name, isGone: change.verb === "delete" };
}

function titleOf(item: ToolItem, result: Fields): string {
  const [line = ""] = text(item.input?.message).trim().split("\n", 1);
  return text(result.title) || text(item.input?.title) || line || "Task";
}

const STEPS: Readonly<Record<string, string>> = {
  Read: "Read a file",
  Write: "Wrote a file",
  Edit: "Changed a file",
  Bash: "Ran a command",
  Glob: "Looked for files",
  Grep: "Searched in files",
  WebFetch: "Read a web page",
  WebSearch: "Searched the web",
  Skill: "Used a skill",
  AskUserQuestion: "Asked a question",
  ToolSearch: "Looked for tools",
};

/** A call in a few words. */
export function stepOf(name: string): string {
  const tool = machineTool(name);
  if (tool === null) return STEPS[name] ?? name.replace(/^mcp__/, "").replace(/__/g, " · ");
  const [, act, what = ""] = /^(list|get)_(.+)$/.exec(tool) ?? [];
  if (act === "list") return `Looked at ${what}`;
  if (act === "get") return `Looked at a${/^[aeiou]/.test(what) ? "n" : ""} ${what}`;
  if (tool === "task_output") return "Read what a task said";
  return tool.replace(/_/g, " ").replace(/^./, (letter) => letter.toUpperCase());
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The fields of an answer in JSON; none where it is cut off or something else. */
function fieldsOf(json: string | null): Fields {
  try {
    const value: unknown = JSON.parse(json ?? "");
    return typeof value === "object" && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}
