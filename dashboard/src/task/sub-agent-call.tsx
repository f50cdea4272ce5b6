import { reportIn } from "../domain/background";
import type { ToolItem } from "../domain/items";
import { Markdown } from "../parts/markdown";
import { Scrollable } from "../parts/scrollable";

type Input = Readonly<Record<string, unknown>>;

/** What a sub-agent was asked to do: which one, and in which words. */
export function Wish({ input }: { input: Input }) {
  const { prompt, subagent_type, model, run_in_background } = input;
  const about = [subagent_type, model, run_in_background === true && "in the background"].filter(Boolean);
  return (
    <div className="px-3.5 py-2.5">
      {about.length > 0 && <p className="mb-1.5 text-faint text-xs">{about.join(" · ")}</p>}
      <Scrollable label="What the sub-agent was asked" className="max-h-48 overflow-y-auto text-soft">
        <Markdown text={typeof prompt === "string" ? prompt : ""} />
      </Scrollable>
    </div>
  );
}

/** What a sub-agent came back with. */
export function Report({ item, result }: { item: ToolItem; result: string }) {
  const { background } = item;
  const isOpen = background !== null && background.report === "";
  return (
    <div className="border-t bg-sunken px-3.5 py-2.5">
      {isOpen ? (
        <p className="text-faint text-xs">
          {background.state === "running"
            ? "It works in the background. Its report comes when it is done."
            : "It ended without a report."}
        </p>
      ) : (
        <Markdown text={background?.report ?? reportIn(result)} />
      )}
    </div>
  );
}
