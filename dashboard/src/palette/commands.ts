import {
  ChartColumn,
  Check,
  CirclePlus,
  ListTodo,
  type LucideIcon,
  MessagesSquare,
  Search,
  Server,
  Settings,
  Square,
  SquarePen,
} from "lucide-react";
import type { Chat } from "../api/chat";
import type { DefinitionView } from "../api/definitions";
import { KINDS } from "../definitions/kinds";
import type { KindId } from "../domain/definition";
import { conversationOf, hasEnded, pathOf, rests, type Task } from "../domain/task";
import { THEME_ICONS, THEMES, type Theme } from "../parts/theme";
import { sectionsFor } from "../settings/sections";

/** Something to go to, by its address, colours to choose, or a task to stop. */
export interface Command {
  id: string;
  name: string;
  /** Of which kind it is, in one word. */
  kind: string;
  to?: string;
  theme?: Theme;
  /** The id of the task that it ends. */
  stops?: string;
  Icon: LucideIcon;
}

export interface Known {
  tasks: readonly Task[];
  definitions: Readonly<Record<KindId, readonly DefinitionView[]>>;
  chats: readonly Pick<Chat, "conversation_id" | "title">[];
  mayCreate: boolean;
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: "Colours as the system",
  light: "Light colours",
  dark: "Dark colours",
};

/** All there is to go to: pages first, then what can be made, then what there is. */
export function commandsOf({ tasks, definitions, chats, mayCreate }: Known): Command[] {
  const kinds = Object.values(KINDS);
  return [
    { id: "start", name: "New task", kind: "Page", to: "/", Icon: SquarePen },
    { id: "/chat", name: "Chat with the machine", kind: "Page", to: "/chat", Icon: MessagesSquare },
    { id: "/tasks", name: "Tasks", kind: "Page", to: "/tasks", Icon: ListTodo },
    { id: "/costs", name: "Costs", kind: "Page", to: "/costs", Icon: ChartColumn },
    { id: "/machines", name: "Machines", kind: "Page", to: "/machines", Icon: Server },
    ...kinds.map(({ path, title, Icon }) => ({ id: path, name: title, kind: "Page", to: path, Icon })),
    { id: "/settings", name: "Settings", kind: "Page", to: "/settings", Icon: Settings },
    ...sectionsFor(mayCreate).map(({ id, name, Icon }) => ({
      id: `/settings/${id}`,
      name,
      kind: "Settings",
      to: `/settings/${id}`,
      Icon,
    })),
    ...kinds
      .filter(() => mayCreate)
      .map(({ path, one }) => ({
        id: `new ${path}`,
        name: `New ${one}`,
        kind: "Create",
        to: `${path}?create=form`,
        Icon: CirclePlus,
      })),
    ...kinds.flatMap(({ id, path, one, Icon }) =>
      definitions[id].map(({ name }) => ({
        id: `${path}/${name}`,
        name,
        kind: one.replace(/^./, (letter) => letter.toUpperCase()),
        to: `${path}/${name}`,
        Icon,
      })),
    ),
    ...THEMES.map((theme) => ({
      id: `theme:${theme}`,
      name: THEME_NAMES[theme],
      kind: "Theme",
      theme,
      Icon: THEME_ICONS[theme],
    })),
    ...chats.map(({ conversation_id, title }) => ({
      id: conversation_id,
      name: title,
      kind: "Conversation",
      to: `/chat/${conversation_id}`,
      Icon: MessagesSquare,
    })),
    ...tasks
      // A message to the Brain is found by its conversation.
      .filter((task) => conversationOf(task) === null)
      .map((task) => ({
        id: task.task_id,
        name: task.title,
        kind: "Task",
        to: pathOf(task),
        Icon: ListTodo,
      })),
  ];
}

/** What can be done with the task whose page is open. After all else: nobody is to come upon it by Enter alone. */
export function doingsOf(task: Task | undefined): Command[] {
  if (!task || hasEnded(task)) return [];
  const [name, Icon] = rests(task)
    ? (["Close this task", Check] as const)
    : (["Stop this task", Square] as const);
  return [{ id: "stop", name, kind: "Do", stops: task.task_id, Icon }];
}

/** How well a text fits what was typed; 0 is not at all. Every word must be in it; beginnings count more. */
export function scoreOf(text: string, words: readonly string[]): number {
  const lower = text.toLowerCase();
  let sum = 1;
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at === -1) return 0;
    sum += at === 0 ? 3 : /[\s\-_/:]/.test(lower[at - 1] ?? "") ? 2 : 1;
  }
  return sum;
}

/** The commands that fit, best first, at most `limit`. */
export function search(commands: readonly Command[], typed: string, limit: number): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands.slice(0, limit);
  return commands
    .map((command) => ({ command, score: scoreOf(`${command.name} ${command.kind}`, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ command }) => command);
}

/** The same, and below them that all tasks are searched for what was typed: older ones than are known here, too. */
export function found(commands: readonly Command[], typed: string, limit: number): Command[] {
  const best = search(commands, typed, limit);
  const q = typed.trim();
  if (q === "") return best;
  const all: Command = {
    id: "search",
    name: `Search tasks for “${q}”`,
    kind: "Search",
    to: `/tasks?q=${encodeURIComponent(q)}`,
    Icon: Search,
  };
  return [...best, all];
}
