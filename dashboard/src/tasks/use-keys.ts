import { type RefObject, useEffect } from "react";
import { isTyping } from "../pages/shortcuts";

interface Keys {
  count: number;
  marked: number;
  mark(index: number): void;
  search: RefObject<HTMLInputElement | null>;
}

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 };

/** J and K go down and up the list, slash to the search; Enter opens what has the focus, as it does everywhere. */
export function useListKeys({ count, marked, mark, search }: Keys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      const step = STEPS[event.key];
      if (event.key === "/") search.current?.focus();
      else if (step !== undefined && count > 0) mark(Math.min(count - 1, Math.max(0, marked + step)));
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [count, marked, mark, search]);
}
