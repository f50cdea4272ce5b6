import { useMemo, useState } from "react";
import { type Document, isMap, LineCounter, parseDocument, stringify } from "yaml";
import type { FieldFault } from "../domain/definition";
import { CodeEditor, type LineMark } from "../editor/code-editor";

interface Props {
  label: string;
  initial: object;
  faults: readonly FieldFault[];
  /** The settings as they are written now, or why they cannot be read. */
  change(settings: Record<string, unknown>): void;
  broken(fault: string | null): void;
}

interface Reading {
  document: Document.Parsed;
  counter: LineCounter;
  marks: LineMark[];
}

function read(text: string): Reading {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const marks = document.errors.map(({ pos, message }) => ({ line: counter.linePos(pos[0]).line, message }));
  if (marks.length === 0 && document.contents !== null && !isMap(document.contents)) {
    marks.push({ line: 1, message: "Each line is a field and its value, such as `model: opus`." });
  }
  return { document, counter, marks };
}

/** The line of the innermost part of `path` that is written there. */
function lineOf({ document, counter }: Reading, path: FieldFault["path"]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return counter.linePos(node.range[0]).line;
  }
  return 1;
}

/** All settings as a file would hold them. What is no YAML, or what the machine refuses, is marked in its line. */
export default function YamlSettings({ label, initial, faults, change, broken }: Props) {
  const [text, setText] = useState(() => (Object.keys(initial).length > 0 ? stringify(initial) : ""));
  const reading = useMemo(() => read(text), [text]);
  const marks = useMemo(
    () => [
      ...reading.marks,
      ...faults.map(({ path, what }) => ({
        line: lineOf(reading, path),
        message: [path.join("."), what].filter(Boolean).join(": "),
      })),
    ],
    [reading, faults],
  );
  const write = (next: string) => {
    setText(next);
    const { document, marks: wrong } = read(next);
    const [first] = wrong;
    broken(first ? `Line ${first.line}: ${first.message}` : null);
    if (!first) change((document.toJS() ?? {}) as Record<string, unknown>);
  };
  const said = marks.map(({ line, message }) => `Line ${line}: ${message}`).join(" ");
  return (
    <CodeEditor
      label={label}
      language="yaml"
      value={text}
      change={write}
      marks={marks}
      {...(said ? { fault: said } : {})}
    />
  );
}
