import { Link } from "@tanstack/react-router";
import { ArrowUpRight, ListTodo } from "lucide-react";
import { memo, type ReactNode } from "react";
import { KINDS } from "../definitions/kinds";
import type { Card } from "../domain/brain-calls";
import { statusText } from "../domain/format";
import { useTask } from "../live/hooks";
import { StatusIcon } from "../parts/status";

const BOX = "flex items-center gap-3 rounded-xl border bg-raised px-3.5 py-3";

/** What the Brain has brought about: a task with how it stands now, or a definition; it opens with a click. */
export const BrainCard = memo(function BrainCard({ card }: { card: Card }) {
  return card.kind === "task" ? <TaskCard card={card} /> : <DefinitionCard card={card} />;
});

function TaskCard({ card }: { card: Extract<Card, { kind: "task" }> }) {
  const task = useTask(card.taskId);
  return (
    <Link
      to="/tasks/$taskId"
      params={{ taskId: card.taskId }}
      data-testid="card"
      className={`${BOX} transition-colors hover:border-edge hover:bg-hover`}
    >
      {task.data ? (
        <StatusIcon task={task.data} className="size-5" />
      ) : (
        <ListTodo aria-hidden className="size-5 shrink-0 text-soft" />
      )}
      <Words
        verb={card.verb}
        name={task.data?.title ?? card.title}
        more={task.data && `${statusText(task.data)} · ${task.data.assigned_agent}`}
      />
      <Opens />
    </Link>
  );
}

function DefinitionCard({ card }: { card: Extract<Card, { kind: "definition" }> }) {
  const { Icon, path } = KINDS[card.of];
  const words = (
    <>
      <Icon aria-hidden className="size-5 shrink-0 text-soft" strokeWidth={1.75} />
      <Words verb={card.verb} name={card.name} />
    </>
  );
  if (card.isGone) {
    return (
      <div data-testid="card" className={BOX}>
        {words}
      </div>
    );
  }
  return (
    <Link
      to={`${path}/$name` as "/agents/$name"}
      params={{ name: card.name }}
      data-testid="card"
      className={`${BOX} transition-colors hover:border-edge hover:bg-hover`}
    >
      {words}
      <Opens />
    </Link>
  );
}

function Words({ verb, name, more }: { verb: string; name: string; more?: ReactNode }) {
  return (
    <span className="min-w-0 flex-1">
      <span className="block text-faint text-xs">{verb}</span>
      <span className="line-clamp-2 font-medium [overflow-wrap:anywhere]">{name}</span>
      {more && <span className="block truncate text-soft text-xs">{more}</span>}
    </span>
  );
}

function Opens() {
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-accent text-xs">
      Open
      <ArrowUpRight aria-hidden className="size-3.5" />
    </span>
  );
}
