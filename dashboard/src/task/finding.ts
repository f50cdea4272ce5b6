import { useEffect } from "react";
import type { Item } from "../domain/items";

const MAX_RANGES = 500;
const HIGHLIGHT = "found";

/** What is read of an item, folded parts included. */
export function textOf(item: Item): string {
  switch (item.kind) {
    case "input":
      return item.message;
    case "text":
    case "thinking":
    case "marker":
      return item.text;
    case "tool":
      return [
        item.name,
        item.input ? Object.values(item.input).map(plain).join("\n") : item.inputText,
        item.result ?? "",
        ...item.children.map(textOf),
      ].join("\n");
    case "approval":
      return [item.approval.title, plain(item.approval.input)].join("\n");
    case "details":
      return item.notes.map(({ name, text }) => `${name} ${text}`).join("\n");
    case "end":
      return item.failure?.message ?? "";
    case "system":
      return `${item.name} ${item.text}`;
    default:
      return item.name;
  }
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Where in a list the items stand that hold `typed`, large or small letters. */
export function hitsIn(items: readonly Item[], typed: string): number[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  return items.flatMap((item, index) => (textOf(item).toLowerCase().includes(wanted) ? [index] : []));
}

/** Marks the words in what is drawn, where the browser can mark without changing the page. */
export function useMarkedWords(area: () => HTMLElement | null, typed: string): void {
  useEffect(() => {
    if (!("highlights" in CSS)) return;
    const root = area();
    const wanted = typed.trim().toLowerCase();
    if (!root || !wanted) return;
    CSS.highlights.set(HIGHLIGHT, new Highlight(...rangesIn(root, wanted)));
    return () => void CSS.highlights.delete(HIGHLIGHT);
  });
}

function rangesIn(root: HTMLElement, wanted: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ranges.length < MAX_RANGES; node = walker.nextNode()) {
    const text = (node.nodeValue ?? "").toLowerCase();
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
      // Of some letters the small form is longer: then the places do not fit.
      if (at + wanted.length > (node.nodeValue ?? "").length) break;
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}
