import { stateOf, type Todos } from "../domain/todos";

const MARKS: Readonly<Record<string, string>> = { completed: "☑", in_progress: "◐", pending: "☐" };

/** What an agent has to do, and how each of it stands. */
export function TodoList({ todos }: { todos: Todos }) {
  if (todos.length === 0) return <p className="px-3.5 py-2.5 text-faint">Nothing is on the list.</p>;
  return (
    <ul className="space-y-1 px-3.5 py-2.5">
      {todos.map(({ id, subject, status }) => (
        <li key={id} className={`flex gap-2 ${status === "completed" ? "text-faint line-through" : ""}`}>
          <span aria-hidden className={status === "in_progress" ? "text-accent" : "text-faint"}>
            {MARKS[status] ?? "☐"}
          </span>
          <span
            className={`min-w-0 [overflow-wrap:anywhere] ${status === "in_progress" ? "font-medium" : ""}`}
          >
            {subject || `#${id}`}
            <span className="sr-only"> ({stateOf(status)})</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
