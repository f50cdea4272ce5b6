import { memo } from "react";
import { todosAfter } from "../domain/todos";
import { Diff } from "../parts/diff";
import { Markdown } from "../parts/markdown";
import { ProgramOutput } from "../parts/output";
import { Wish } from "./sub-agent-call";
import { TodoList } from "./todo-list";
import { saysItAll } from "./tool-summary";

type Input = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What a tool was asked to do, in the form that fits the tool. */
export const ToolInput = memo(function ToolInput({
  name,
  input,
  raw,
}: {
  name: string;
  input: Input | null;
  raw: string;
}) {
  if (!input) return raw ? <Json value={raw} /> : null;
  switch (name) {
    case "Bash":
      return <Command command={text(input.command)} />;
    case "Write":
      return <Diff before="" after={text(input.content)} />;
    case "Edit":
      return <Diff before={text(input.old_string)} after={text(input.new_string)} />;
    case "MultiEdit":
      return <Edits edits={input.edits} />;
    case "TodoWrite":
      return <TodoList todos={todosAfter([], name, input, "") ?? []} />;
    case "TaskCreate":
      return <TodoList todos={[{ id: "", subject: text(input.subject), status: "pending" }]} />;
    case "TaskUpdate":
      return null;
    case "Agent":
    case "Task":
      return <Wish input={input} />;
    case "ExitPlanMode":
      return (
        <div className="px-3.5 py-3">
          <Markdown text={text(input.plan)} />
        </div>
      );
    default:
      return Object.keys(input).length > 0 && !saysItAll(name, input) ? (
        <Json value={JSON.stringify(input, null, 2)} />
      ) : null;
  }
});

function Command({ command }: { command: string }) {
  return (
    <div className="verbatim flex gap-2 px-3.5 py-2.5">
      <span aria-hidden className="select-none text-faint">
        $
      </span>
      <span className="min-w-0">{command}</span>
    </div>
  );
}

function Json({ value }: { value: string }) {
  return (
    <div className="px-3.5 py-2.5 text-soft">
      <ProgramOutput text={value} label="Input" />
    </div>
  );
}

function Edits({ edits }: { edits: unknown }) {
  const list: Input[] = Array.isArray(edits) ? edits : [];
  return list.map((edit, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the edits of one call stand still
    <Diff key={index} before={text(edit.old_string)} after={text(edit.new_string)} />
  ));
}
