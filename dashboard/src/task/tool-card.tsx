import { CircleX, LoaderCircle } from "lucide-react";
import { memo, type ReactNode } from "react";
import { duration } from "../domain/format";
import type { Item, ToolItem } from "../domain/items";
import type { Todos } from "../domain/todos";
import { CopyButton } from "../parts/copy";
import { Fold } from "../parts/fold";
import { ProgramOutput } from "../parts/output";
import { SubAgent } from "./sub-agent";
import { Report } from "./sub-agent-call";
import { TodoList } from "./todo-list";
import { ToolInput } from "./tool-body";
import { resultText } from "./tool-result";
import { isSubAgent, opensByItself, toolAbout, toolIcon, toolTitle } from "./tool-summary";

interface Props {
  item: ToolItem;
  live: boolean;
  /** How an item of the sub-agent is drawn that this call began. */
  row(item: Item, live: boolean): ReactNode;
}

/** A tool call: what was asked, what came back. `live` while the task runs, so that a missing result may still come. */
export const ToolCard = memo(function ToolCard({ item, live, row }: Props) {
  const { name, input } = item;
  const Icon = toolIcon(name);
  const about = toolAbout(name, input, item.todos);
  return (
    <Fold
      name={item.key}
      open={opensByItself(name) && !item.asked}
      className="overflow-hidden rounded-lg border bg-raised"
      titleClass="px-2.5 py-2 hover:bg-hover rounded-b-none!"
      title={
        <>
          <Icon aria-hidden className="size-3.5 shrink-0 text-soft" />
          <span className="shrink-0 font-medium">{toolTitle(name)}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-soft text-xs">{about}</span>
          <Outcome item={item} live={live} />
        </>
      }
    >
      {() => (
        <div className="border-t">
          {item.todos ? (
            <Listed item={item} todos={item.todos} />
          ) : (
            <ToolInput name={name} input={input} raw={item.inputText} />
          )}
          {item.children.length > 0 && (
            <SubAgent
              name={item.key}
              items={item.children}
              live={live && (!item.done || item.background?.state === "running")}
              row={row}
            />
          )}
          {item.result !== null && !item.todos && <Answer item={item} result={item.result} />}
        </div>
      )}
    </Fold>
  );
});

function Answer({ item, result }: { item: ToolItem; result: string }) {
  if (isSubAgent(item.name) && !item.isError) return <Report item={item} result={result} />;
  return <Result item={item} text={resultText(item.name, result)} />;
}

/** The agent's list of things to do as it stood after a call; what the call answered says nothing more. */
function Listed({ item, todos }: { item: ToolItem; todos: Todos }) {
  const { description } = item.input ?? {};
  return (
    <>
      {item.name === "TaskCreate" && typeof description === "string" && description !== "" && (
        <p className="whitespace-pre-wrap border-b px-3.5 py-2.5 text-soft [overflow-wrap:anywhere]">
          {description}
        </p>
      )}
      <TodoList todos={todos} />
    </>
  );
}

function Outcome({ item, live }: { item: ToolItem; live: boolean }) {
  if (item.asked) return <span className="shrink-0 text-faint text-xs">Needs your answer</span>;
  if (item.isError) {
    return (
      <span className="inline-flex shrink-0 items-center gap-1 text-bad text-xs">
        <CircleX aria-hidden className="size-3.5" />
        Failed <Took item={item} />
      </span>
    );
  }
  const behind = item.background?.state;
  if (behind === "stopped") return <span className="shrink-0 text-faint text-xs">Stopped</span>;
  if (item.done && behind !== "running") return <Took item={item} />;
  if (!live) return <span className="shrink-0 text-faint text-xs">{behind ? "Cut off" : "No result"}</span>;
  const words = behind ? "Works in the background" : "Running";
  return (
    <span className="inline-flex shrink-0" title={words}>
      <LoaderCircle aria-hidden className="size-3.5 animate-spin text-accent" />
      <span className="sr-only">{words}</span>
    </span>
  );
}

/** How long it took; what was over at once needs no number. */
function Took({ item }: { item: ToolItem }) {
  const seconds = (Date.parse(item.endedAt ?? item.at) - Date.parse(item.at)) / 1000;
  if (!(seconds >= 1)) return null;
  return (
    <span className="numeric shrink-0 text-faint text-xs" title="Until its result came">
      {duration(seconds)}
    </span>
  );
}

function Result({ item, text }: { item: ToolItem; text: string }) {
  if (text === "") return <p className="border-t bg-sunken px-3.5 py-2 text-faint text-xs">No output</p>;
  return (
    <div
      className={`group/result relative border-t bg-sunken px-3.5 py-2.5 ${item.isError ? "text-bad" : ""}`}
    >
      <ProgramOutput text={text} label="Result" />
      <div className="absolute top-1 right-1 rounded-md bg-sunken opacity-0 group-focus-within/result:opacity-100 group-hover/result:opacity-100 pointer-coarse:opacity-100">
        <CopyButton text={text} label="Copy the result" />
      </div>
    </div>
  );
}
