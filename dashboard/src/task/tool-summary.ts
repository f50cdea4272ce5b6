import {
  BookOpen,
  CircleStop,
  FilePen,
  FilePlus,
  FileText,
  Globe,
  ListChecks,
  type LucideIcon,
  MessageCircleQuestionMark,
  Plug,
  Search,
  Terminal,
  Users,
  Wrench,
} from "lucide-react";

import { aboutTodo, type Todos } from "../domain/todos";

type Input = Readonly<Record<string, unknown>>;

interface Known {
  Icon: LucideIcon;
  /** Which fields of the input say in one line what it is about; the first one there counts. */
  about: readonly string[];
}

const PLAIN: Known = { Icon: Wrench, about: ["description", "query", "path", "name", "url"] };

const KNOWN: Readonly<Record<string, Known>> = {
  Bash: { Icon: Terminal, about: ["description", "command"] },
  Read: { Icon: FileText, about: ["file_path"] },
  Edit: { Icon: FilePen, about: ["file_path"] },
  MultiEdit: { Icon: FilePen, about: ["file_path"] },
  NotebookEdit: { Icon: FilePen, about: ["notebook_path"] },
  Write: { Icon: FilePlus, about: ["file_path"] },
  Glob: { Icon: Search, about: ["pattern"] },
  Grep: { Icon: Search, about: ["pattern"] },
  WebFetch: { Icon: Globe, about: ["url"] },
  WebSearch: { Icon: Globe, about: ["query"] },
  Task: { Icon: Users, about: ["description"] },
  Agent: { Icon: Users, about: ["description"] },
  Skill: { Icon: BookOpen, about: ["skill", "name"] },
  TodoWrite: { Icon: ListChecks, about: [] },
  TaskCreate: { Icon: ListChecks, about: ["subject"] },
  TaskUpdate: { Icon: ListChecks, about: [] },
  TaskList: { Icon: ListChecks, about: [] },
  TaskGet: { Icon: ListChecks, about: [] },
  TaskOutput: { Icon: Terminal, about: ["task_id"] },
  BashOutput: { Icon: Terminal, about: ["bash_id"] },
  Monitor: { Icon: Terminal, about: ["description"] },
  TaskStop: { Icon: CircleStop, about: ["task_id", "shell_id"] },
  KillShell: { Icon: CircleStop, about: ["shell_id", "task_id"] },
  ToolSearch: { Icon: Search, about: ["query"] },
  AskUserQuestion: { Icon: MessageCircleQuestionMark, about: [] },
  ExitPlanMode: { Icon: ListChecks, about: [] },
};

export function toolIcon(name: string): LucideIcon {
  return isOfServer(name) ? Plug : (KNOWN[name] ?? PLAIN).Icon;
}

/** Whether a call begins a sub-agent. */
export function isSubAgent(name: string): boolean {
  return name === "Agent" || name === "Task";
}

function isOfServer(name: string): boolean {
  return name.startsWith("mcp__");
}

/** The short fields of an input in one line: `state: open, limit: 5`. */
function pairs(input: Input): string {
  const short = Object.entries(input).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return short.map(([key, value]) => `${key}: ${String(value).slice(0, 200)}`).join(", ");
}

/** One line that says what a call is about; empty when its input does not tell. `todos`: the list after it. */
export function toolAbout(name: string, input: Input | null, todos: Todos | null = null): string {
  if (name === "TaskUpdate" || name === "TaskGet") return firstLine(aboutTodo(input, todos));
  const { about } = KNOWN[name] ?? PLAIN;
  for (const field of about) {
    const value = input?.[field];
    if (typeof value === "string" && value.trim()) return firstLine(inWorkspace(value));
  }
  return isOfServer(name) && input ? firstLine(pairs(input)) : "";
}

/** Whether the line that says what a call is about says all of its input. */
export function saysItAll(name: string, input: Input): boolean {
  const [only, ...others] = Object.keys(input);
  if (name === "TaskGet" && others.length === 0) return true;
  const { about } = KNOWN[name] ?? PLAIN;
  return others.length === 0 && about.includes(only ?? "") && toolAbout(name, input) === input[only ?? ""];
}

/** What a tool is called: tools of MCP servers carry both names. */
export function toolTitle(name: string): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? `${server} · ${tool}` : name;
}

/** Tools whose call is best seen at once; others open on demand. */
export function opensByItself(name: string): boolean {
  return ["Bash", "Edit", "MultiEdit", "Write", "TodoWrite", "TaskList", "Task", "Agent"].includes(name);
}

/** A path in the task's own workspace, from there on. */
function inWorkspace(path: string): string {
  return path.replace(/^\/\S*\/workspaces\/[^/\s]+\/(?=\S)/, "");
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
