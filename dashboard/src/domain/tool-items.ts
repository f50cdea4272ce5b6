import type { Output, TaskEvent } from "../feed/wire";
import type { ToolItem } from "./items";

/** By what a call and its result find each other. */
export function toolKey(event: TaskEvent, output: Output): string {
  return output.tool_use_id ? `tool:${output.tool_use_id}` : `e${event.seq}`;
}

export function newTool(key: string, event: TaskEvent, output: Output): ToolItem {
  const base = { kind: "tool", key, at: event.at, parent: output.parent_tool_use_id } as const;
  return {
    ...base,
    name: output.name ?? "Tool",
    input: null,
    inputText: "",
    result: null,
    isError: false,
    done: false,
    asked: false,
    endedAt: null,
    todos: null,
    background: null,
    children: [],
  };
}

/** An object in JSON; null for everything else. */
export function parsed(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
