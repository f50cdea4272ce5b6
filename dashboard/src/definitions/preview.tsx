import { FileCode, FileText, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { FileInfo, Preview } from "../api/definitions";
import { bytes } from "../domain/definition";
import { NextRuns } from "./next-runs";

const SHOWN_FILES = 60;

/** What would be saved, whichever way it was made: its files, what it asks for, what runs by itself. */
export function PreviewCard({ preview }: { preview: Preview }) {
  const { name, description, files, tools, commands, warnings, times } = preview;
  return (
    <section aria-label="Preview" className="space-y-3 rounded-lg border bg-raised p-4">
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <h2 className="font-semibold">{name}</h2>
        <p className="text-soft">{description}</p>
      </div>
      {preview.overrides_builtin && (
        <Remark>It stands for the {preview.kind} of that name that comes with the program.</Remark>
      )}
      {warnings.map((warning) => (
        <Remark key={warning}>{warning}</Remark>
      ))}
      {times && (
        <Part title={`When, by the clock of ${times.timezone}`}>
          <p>{times.words}</p>
          <NextRuns runs={times.next_runs} zone={times.timezone} />
        </Part>
      )}
      <Part title={`Files (${files.length})`}>
        <FileList files={files} />
      </Part>
      {tools.length > 0 && (
        <Part title="Tools that it asks for">
          <CodeList items={tools} />
        </Part>
      )}
      {commands.length > 0 && (
        <Part title="Runs by itself, without the model asking">
          <CodeList items={commands} />
        </Part>
      )}
    </section>
  );
}

function Remark({ children }: { children: ReactNode }) {
  return (
    <p className="flex gap-2 text-warn [overflow-wrap:anywhere]">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="mb-1 text-faint text-xs">{title}</h3>
      {children}
    </div>
  );
}

export function CodeList({ items }: { items: readonly string[] }) {
  return (
    <ul className="flex flex-wrap gap-1">
      {items.map((item) => (
        <li
          key={item}
          className="rounded-sm border bg-sunken px-1.5 font-mono text-xs [overflow-wrap:anywhere]"
        >
          {item}
        </li>
      ))}
    </ul>
  );
}

export function FileList({ files }: { files: readonly FileInfo[] }) {
  return (
    <ul className="space-y-0.5">
      {files.slice(0, SHOWN_FILES).map(({ path, size_bytes, script, executable }) => {
        const Icon = script || executable ? FileCode : FileText;
        return (
          <li key={path} className="flex min-w-0 items-baseline gap-2">
            <Icon aria-hidden className="size-3.5 shrink-0 self-center text-faint" />
            <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{path}</span>
            {(script || executable) && <span className="shrink-0 text-warn text-xs">script</span>}
            <span className="numeric ml-auto shrink-0 text-faint text-xs">{bytes(size_bytes)}</span>
          </li>
        );
      })}
      {files.length > SHOWN_FILES && (
        <li className="text-faint text-xs">{files.length - SHOWN_FILES} more files</li>
      )}
    </ul>
  );
}
