import { lazy, Suspense, useId } from "react";
import { Part } from "../parts/part";

/** Something wrong with a line, counted from 1. */
export interface LineMark {
  line: number;
  message: string;
}

export interface EditorProps {
  label: string;
  value: string;
  language: "markdown" | "yaml";
  placeholder?: string;
  marks?: readonly LineMark[];
  describedBy?: string;
  change(text: string): void;
}

const CodeMirror = lazy(() => import("./codemirror"));

interface Props extends Omit<EditorProps, "describedBy"> {
  hint?: string;
  fault?: string | undefined;
}

/** Text with colours. Until the editor is loaded, and where it cannot be, it is a plain box with the same text. */
export function CodeEditor({ hint, fault, ...editor }: Props) {
  const id = useId();
  const note = fault ?? hint;
  const props = note ? { ...editor, describedBy: `${id}-note` } : editor;
  return (
    <div className="min-w-0">
      <p aria-hidden className="mb-1 font-medium">
        {editor.label}
      </p>
      <div
        className={`min-h-40 rounded-md border bg-raised transition-colors focus-within:border-accent ${fault ? "border-bad" : "border-edge"}`}
      >
        <Part name="The editor" instead={() => <PlainEditor {...props} />}>
          <Suspense fallback={<PlainEditor {...props} />}>
            <CodeMirror {...props} />
          </Suspense>
        </Part>
      </div>
      {note && (
        <p
          id={`${id}-note`}
          role={fault ? "alert" : undefined}
          className={`mt-1 text-xs [overflow-wrap:anywhere] ${fault ? "text-bad" : "text-faint"}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}

function PlainEditor({ label, value, placeholder, describedBy, change }: EditorProps) {
  return (
    <textarea
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      placeholder={placeholder}
      onChange={(event) => change(event.target.value)}
      className="block min-h-40 w-full resize-none bg-transparent px-3 py-2 font-mono text-sm outline-none"
    />
  );
}
