import type { Item } from "../domain/items";
import { questionsOf } from "../domain/questions";
import type { Approval } from "../feed/wire";
import { toolAbout, toolTitle } from "./tool-summary";

const MAX_CHARS = 300;

/** What an agent asks, else what it wrote or did last, in one line; empty before it has done anything. */
export function lastLine(items: readonly Item[]): string {
  for (const item of items.toReversed())
    if (item.kind === "approval" && item.approval.status === "pending") return asked(item.approval);
  return lastDone(items);
}

function asked({ kind, title, tool_name, input }: Approval): string {
  if (kind === "question") return questionsOf(input)[0]?.question ?? "";
  if (kind === "plan") return "Proposes a plan";
  if (kind === "budget") return title;
  // The command itself rather than what the agent calls it: this is what would be allowed.
  const { command } = input;
  const what = typeof command === "string" ? lastOf(command) : toolAbout(tool_name, input);
  return `Permission needed: ${[toolTitle(tool_name), what].join(" ").trim()}`;
}

function lastDone(items: readonly Item[]): string {
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at];
    if (item?.kind === "tool")
      return [toolTitle(item.name), toolAbout(item.name, item.input)].join(" ").trim();
    if (item?.kind === "text" || item?.kind === "thinking") {
      const line = lastOf(item.text);
      if (line) return line;
    }
  }
  return "";
}

function lastOf(text: string): string {
  const line =
    text
      .trimEnd()
      .slice(-2 * MAX_CHARS)
      .split("\n")
      .at(-1)
      ?.trim() ?? "";
  // The marks of Markdown at its beginning say nothing in a single line.
  return line.replace(/^(?:#+|[-*>]|\d+\.)\s+/, "").slice(-MAX_CHARS);
}
