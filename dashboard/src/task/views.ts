/** Ways to look at a task, in the order in which they are offered. The first one is meant where none is said. */
export const VIEWS = [
  ["conversation", "Conversation"],
  ["files", "Files"],
  ["events", "Events"],
  ["about", "About"],
] as const;

export type View = (typeof VIEWS)[number][0];

export interface TaskSearch {
  view?: Exclude<View, "conversation">;
  /** The folder or file that is looked at. */
  path?: string;
}

export function taskSearch({ view, path }: Record<string, unknown>): TaskSearch {
  const known = VIEWS.slice(1).find(([key]) => key === view)?.[0];
  if (!known || known === "conversation") return {};
  return { view: known, ...(known === "files" && typeof path === "string" && path && { path }) };
}
