/** How the work of a call stands that goes on behind it: a sub-agent's, or a command's. */
export interface Background {
  state: "running" | "completed" | "failed" | "stopped";
  /** What a sub-agent reported at its end, as Markdown; empty before, and for commands. */
  report: string;
}

export interface BackgroundNews {
  toolUseId: string;
  background: Background;
}

/** What a note of the program tells of work in the background, and which call began it; null for other notes. */
export function backgroundNews(name: string, data: Record<string, unknown> | null): BackgroundNews | null {
  const toolUseId = data?.tool_use_id;
  if (typeof toolUseId !== "string") return null;
  if (name === "task_started" && data?.is_backgrounded === true)
    return { toolUseId, background: { state: "running", report: "" } };
  if (name !== "task_notification") return null;
  const { status, summary, summary_is_report } = data ?? {};
  const state = status === "completed" || status === "failed" ? status : "stopped";
  const report = summary_is_report === true && typeof summary === "string" ? summary : "";
  return { toolUseId, background: { state, report } };
}

const FRAMED = /The report follows:\n([\s\S]*?)(?:\nagentId: |\n<usage>|$)/;
const AFTERWORD = /\n?(?:agentId: |<usage>)[\s\S]*$/;

/** What a sub-agent reported, without what the program says around it to the agent that asked. */
export function reportIn(result: string): string {
  const framed = FRAMED.exec(result)?.[1];
  if (framed !== undefined) return framed.replace(/^ {2}/gm, "").trim();
  return result.replace(AFTERWORD, "").trim();
}
