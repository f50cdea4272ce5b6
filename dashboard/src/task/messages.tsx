import { Brain, Code } from "lucide-react";
import { memo } from "react";
import { atMoment } from "../domain/format";
import type { DetailsItem, InputItem, MarkerItem, SystemItem, TextItem, UnknownItem } from "../domain/items";
import { Button, IconButton } from "../parts/button";
import { CopyButton } from "../parts/copy";
import { Fold, useFold } from "../parts/fold";
import { Markdown } from "../parts/markdown";
import { head, ProgramOutput } from "../parts/output";
import { SaidAt } from "../parts/when";

const INPUT_LINES = 14;

/** What a person said. */
export const Input = memo(function Input({ item }: { item: InputItem }) {
  const [all, toggle] = useFold(item.key, false);
  const { shown, more } = head(item.message, INPUT_LINES);
  return (
    <div className="flex justify-end pl-8">
      <div className="max-w-full rounded-xl bg-tint px-4 py-2.5">
        <p className="whitespace-pre-wrap text-base [overflow-wrap:anywhere]">
          {all || more === 0 ? item.message : `${shown}\n…`}
        </p>
        {more > 0 && (
          <Button look="ghost" size="small" onClick={toggle} className="-ml-2">
            {all ? "Show less" : `Show ${more} more lines`}
          </Button>
        )}
        <p className="-mb-1 mt-1 text-right text-faint text-xs">
          <span className="sr-only">You, </span>
          <SaidAt at={item.at} />
        </p>
      </div>
    </div>
  );
});

/** What the agent wrote: as Markdown, or exactly as it came. */
export const Text = memo(function Text({ item }: { item: TextItem }) {
  const [source, toggle] = useFold(`${item.key}:source`, false);
  return (
    <div className="group/text relative">
      {source ? (
        <pre className="verbatim rounded-lg border bg-sunken px-3.5 py-3">{item.text}</pre>
      ) : (
        <Markdown text={item.text} done={item.done} />
      )}
      {item.done && (
        // Over the text while a mouse is on it; where there is none it is always there, so under the text.
        <div className="absolute -top-2 right-0 flex w-fit rounded-md border bg-raised opacity-0 focus-within:opacity-100 group-hover/text:opacity-100 pointer-coarse:static pointer-coarse:ml-auto pointer-coarse:border-transparent pointer-coarse:bg-transparent pointer-coarse:opacity-100">
          <IconButton
            label={source ? "Show as formatted text" : "Show as it came"}
            aria-pressed={source}
            onClick={toggle}
            size="small"
          >
            <Code aria-hidden className="size-3.5" />
          </IconButton>
          <CopyButton text={item.text} />
          <span className="self-center px-1.5 text-faint text-xs">
            <SaidAt at={item.at} />
          </span>
        </div>
      )}
    </div>
  );
});

export const Thinking = memo(function Thinking({ item }: { item: TextItem }) {
  return (
    <Fold
      name={item.key}
      titleClass="py-0.5 text-faint hover:text-ink w-auto!"
      title={
        <>
          <Brain aria-hidden className="size-3.5 shrink-0" />
          <span>{item.done ? "Thought" : "Thinking…"}</span>
        </>
      }
    >
      {() => (
        <div className="mt-1 ml-1.5 whitespace-pre-wrap border-l-2 pl-4 text-soft [overflow-wrap:anywhere]">
          {item.text}
        </div>
      )}
    </Fold>
  );
});

/** Something the program said about itself: one quiet line. */
export const System = memo(function System({ item }: { item: SystemItem | UnknownItem }) {
  const data = item.data ? JSON.stringify(item.data, null, 2) : "";
  const text = item.kind === "system" ? item.text : "";
  const detail = [text, data].filter(Boolean).join("\n");
  const title = (
    <span className="min-w-0 truncate text-xs">
      <span className="font-mono">{item.name}</span> {said(item.name, item.data)}
    </span>
  );
  if (!detail) return <p className="flex gap-1.5 pl-5 text-faint">{title}</p>;
  return (
    <Fold name={item.key} titleClass="py-0.5 text-faint hover:text-ink w-auto!" title={title}>
      {() => (
        <div className="mt-1 ml-1.5 border-l-2 pl-4 text-soft">
          <ProgramOutput text={detail} label={item.name} />
        </div>
      )}
    </Fold>
  );
});

/** What a note says in one word: its own field ("status": "requesting"), or its message. */
function said(name: string, data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  const fields = data as Record<string, unknown>;
  const words = fields[name] ?? fields.message;
  return typeof words === "string" ? words.slice(0, 120) : "";
}

/** What the program said to nobody in particular, behind one line. */
export const Details = memo(function Details({ item }: { item: DetailsItem }) {
  const { notes } = item;
  return (
    <Fold
      name={item.key}
      titleClass="py-0.5 text-faint hover:text-ink w-auto!"
      title={
        <span className="text-xs">
          Details <span className="numeric">({notes.length})</span>
        </span>
      }
    >
      {() => (
        <ol className="mt-1 ml-1.5 space-y-2 border-l-2 pl-4 text-soft">
          {notes.map((note, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notes are only ever added at the end
            <li key={index} data-note={note.name}>
              <p className="text-faint text-xs">
                <span className="font-mono">{note.name}</span> {said(note.name, note.data)}{" "}
                <SaidAt at={note.at} />
              </p>
              <ProgramOutput
                text={note.text || JSON.stringify(note.data, null, 2)}
                label={`Note: ${note.name}`}
              />
            </li>
          ))}
        </ol>
      )}
    </Fold>
  );
});

/** Where the conversation was interrupted and went on. */
export const Marker = memo(function Marker({ item }: { item: MarkerItem }) {
  return (
    <div className="flex items-center gap-3 py-1 text-faint text-xs">
      <span className="h-px flex-1 bg-line" />
      <span className="text-center">
        {item.text}
        {/* As it was said then: whoever reads it later sees by the date beside it what "at" means. */}
        {item.until && ` It resumes ${atMoment(item.until, Date.parse(item.at))}.`}
      </span>
      <SaidAt at={item.at} />
      <span className="h-px flex-1 bg-line" />
    </div>
  );
});
