/** One thing of a list that an agent keeps of what it has to do. */
export interface Todo {
  id: string;
  subject: string;
  /** pending | in_progress | completed, or a word that is not known here. */
  status: string;
}
export type Todos = readonly Todo[];

type Input = Readonly<Record<string, unknown>>;

/** Beyond that the oldest go: each call keeps the list as it stood after it. */
const MAX_TODOS = 200;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * The list as it stands after a call that did not fail: by TodoWrite, which writes all of it, or by TaskCreate,
 * TaskUpdate and TaskList, which go step by step. Null for other tools, and for a result that says something else.
 */
export function todosAfter(todos: Todos, name: string, input: Input | null, result: string): Todos | null {
  switch (name) {
    case "TodoWrite":
      return Array.isArray(input?.todos) ? written(input.todos) : null;
    case "TaskCreate": {
      const id = /^Task #(\S+) created/.exec(result)?.[1];
      return id ? put(todos, { id, subject: text(input?.subject), status: "pending" }) : null;
    }
    case "TaskUpdate":
      return result.startsWith("Updated task #") ? updated(todos, input ?? {}) : null;
    case "TaskList":
      return listed(result);
    default:
      return null;
  }
}

function written(list: readonly unknown[]): Todos {
  return list.slice(0, MAX_TODOS).map((one, index) => {
    const { content, status } = (one ?? {}) as Input;
    return { id: String(index + 1), subject: text(content), status: text(status) };
  });
}

function put(todos: Todos, todo: Todo): Todos {
  const isKnown = todos.some(({ id }) => id === todo.id);
  return isKnown ? todos.map((one) => (one.id === todo.id ? todo : one)) : [...todos, todo].slice(-MAX_TODOS);
}

function updated(todos: Todos, input: Input): Todos {
  const id = text(input.taskId);
  if (input.status === "deleted") return todos.filter((todo) => todo.id !== id);
  const before = todos.find((todo) => todo.id === id);
  return put(todos, {
    id,
    subject: text(input.subject) || before?.subject || "",
    status: text(input.status) || before?.status || "pending",
  });
}

/** `#2 [pending] Mend the parser (me)`, a line each. */
function listed(result: string): Todos | null {
  const lines = result.split("\n").filter((line) => line.trim() !== "");
  const found = lines.flatMap((line): Todo[] => {
    const [, id, status, subject] = /^#(\S+) \[(\w+)\] (.*)$/.exec(line) ?? [];
    return id && status ? [{ id, subject: subject ?? "", status }] : [];
  });
  return found.length === lines.length && found.length > 0 ? found.slice(0, MAX_TODOS) : null;
}

const STATES: Readonly<Record<string, string>> = {
  pending: "to do",
  in_progress: "in progress",
  completed: "done",
  deleted: "removed",
};

/** How a thing stands, in words. */
export function stateOf(status: string): string {
  return STATES[status] ?? status.replaceAll("_", " ");
}

/** What a TaskUpdate or a TaskGet is about, in one line. */
export function aboutTodo(input: Input | null, todos: Todos | null): string {
  const id = text(input?.taskId);
  const subject = text(input?.subject) || todos?.find((todo) => todo.id === id)?.subject || `#${id}`;
  const status = text(input?.status);
  return status ? `${subject}: ${stateOf(status)}` : subject;
}
