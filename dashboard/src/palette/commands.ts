import {
  ChartColumn,
  CirclePlus,
  ListTodo,
  type LucideIcon,
  MessagesSquare,
  Server,
  Settings,
  SquarePen,
} from "lucide-react";
import type { DefinitionView } from "../api/definitions";
import { KINDS } from "../definitions/kinds";
import type { KindId } from "../domain/definition";
import type { Task } from "../domain/task";
import { sectionsFor } from "../settings/sections";

/** Something to go to: `to` is its address. */
export interface Command {
  id: string;
  name: string;
  /** Of which kind it is, in one word. */
  kind: string;
  to: string;
  Icon: LucideIcon;
}

export interface Known {
  tasks: readonly Task[];
  definitions: Readonly<Record<KindId, readonly DefinitionView[]>>;
  mayCreate: boolean;
}

/** All there is to go to: pages first, then what can be made, then what there is. */
export function commandsOf({ tasks, definitions, mayCreate }: Known): Command[] {
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
    ...tasks.map(({ task_id, title }) => ({
      id: task_id,
      name: title,
      kind: "Task",
      to: `/tasks/${task_id}`,
      Icon: ListTodo,
    })),
  ];
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
