import type { Item } from "../domain/items";
import { toolAbout, toolTitle } from "./tool-summary";

const MAX_CHARS = 300;

/** What an agent wrote or did last, in one line; empty before it has done anything. */
export function lastLine(items: readonly Item[]): string {
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
