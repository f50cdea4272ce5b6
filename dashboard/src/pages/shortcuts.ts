import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { COMMAND_KEY } from "./nav";

export type Overlay = "palette" | "help" | null;

/** What the keyboard does everywhere, as it is listed under `?`. */
export const SHORTCUTS: readonly (readonly [string, string])[] = [
  [`${COMMAND_KEY} K`, "Search, and go anywhere"],
  ["Alt N", "New task"],
  ["J", "The next task, in the list of tasks"],
  ["K", "The task before it"],
  ["/", "Search the list of tasks, or the task"],
  ["?", "This list"],
  ["Esc", "Close what is open"],
  ["Enter", "Send a message"],
  ["Shift Enter", "A new line in a message"],
];

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable='true']");
}

/**
 * Apart from `?`, which is no letter, all have a modifier, so that nothing typed by accident does anything. The list of
 * tasks adds its own, which only move about in it (tasks/use-keys.ts).
 */
export function useShortcuts(show: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { altKey, ctrlKey, metaKey, code, key } = event;
      const isNew = altKey && !ctrlKey && !metaKey && code === "KeyN";
      const isSearch = (ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k";
      const isHelp = key === "?" && !ctrlKey && !metaKey && !altKey && !isTyping(event.target);
      if (!isNew && !isSearch && !isHelp) return;
      event.preventDefault();
      if (isNew) void navigate({ to: "/" });
      else show(isSearch ? "palette" : "help");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate, show]);
}
