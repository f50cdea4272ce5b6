export interface DiffLine {
  kind: "file" | "place" | "added" | "removed" | "same";
  text: string;
}

const KINDS: Readonly<Record<string, DiffLine["kind"]>> = { "+": "added", "-": "removed", "@": "place" };

/** The lines of a unified diff of git; of what stands above the first place of a file, only its name is left. */
export function diffLines(diff: string): DiffLine[] {
  const found: DiffLine[] = [];
  let isHead = true;
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    if (line.startsWith("diff --git ")) {
      isHead = true;
      found.push({ kind: "file", text: line.replace(/^diff --git a\/.* b\//, "") });
    } else if (line.startsWith("@@")) {
      isHead = false;
      found.push({ kind: "place", text: line });
    } else if (!isHead) {
      const kind = KINDS[line[0] ?? ""] ?? "same";
      found.push({ kind, text: line.slice(1) });
    } else if (
      line.startsWith("Binary files") ||
      line.startsWith("rename ") ||
      line.startsWith("deleted file")
    ) {
      found.push({ kind: "same", text: line });
    }
  }
  return found;
}
