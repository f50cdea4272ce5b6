const MAX_JSON = 60_000;

/** What a tool answered, as people read it best: an answer in JSON of an MCP server or of TaskStop is set out. */
export function resultText(name: string, result: string): string {
  const isStop = name === "TaskStop" || name === "KillShell";
  if (!(isStop || name.startsWith("mcp__")) || result.length > MAX_JSON) return result;
  const value = parsed(result);
  if (value === null) return result;
  if (isStop && "message" in value && typeof value.message === "string") return value.message;
  return JSON.stringify(value, null, 2);
}

/** An object or a list; null for everything else. */
function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
