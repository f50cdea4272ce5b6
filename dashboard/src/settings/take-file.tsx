import { FileUp } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { type VariableImport, variables } from "../api/variables";
import { CodeList } from "../definitions/preview";
import { Button } from "../parts/button";
import { Check } from "../parts/field";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { countOf } from "./name";
import { useChanged } from "./use-changed";

interface Looked {
  file: File;
  replace: boolean;
  found: VariableImport;
}

/** A `.env` file: first what it would set, by names, then, after a click, set. */
export function TakeFile() {
  const input = useRef<HTMLInputElement>(null);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [done, setDone] = useState("");
  const changed = useChanged();
  const acting = useActing();
  const look = (file: File, replace: boolean) =>
    acting.act("Look", async () => {
      setDone("");
      setLooked((now) => now && { ...now, replace });
      try {
        setLooked({ file, replace, found: await variables.takeFile(file, { preview: true, replace }) });
      } catch (error) {
        // What was found before is not what this choice would do.
        setLooked(null);
        throw error;
      }
    });
  const take = ({ file, replace }: Looked) =>
    acting.act("Set", async () => {
      const found = await variables.takeFile(file, { preview: false, replace });
      await changed();
      setLooked(null);
      setDone(`${countOf(found.new.length + found.replaced.length)} set.`);
    });
  const count = looked ? looked.found.new.length + looked.found.replaced.length : 0;
  return (
    <div className="max-w-[40rem] space-y-3">
      <div className="flex items-center gap-3">
        <Button
          icon={<FileUp aria-hidden className="size-3.5" />}
          busy={acting.busy === "Look"}
          onClick={() => input.current?.click()}
        >
          Choose a file
        </Button>
        <span role="status" className="text-soft">
          {done}
        </span>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="A .env file"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void look(file, false);
          target.value = "";
        }}
      />
      {acting.fault && <Failed what="The file was not taken." error={acting.fault.error} />}
      {looked && (
        <section aria-label="What the file would set" className="space-y-3 rounded-lg border bg-raised p-4">
          <Found found={looked.found} />
          {(looked.found.kept.length > 0 || looked.replace) && (
            <Check
              label="Replace those that are there already"
              checked={looked.replace}
              change={(replace) => void look(looked.file, replace)}
            />
          )}
          <div className="flex gap-2">
            <Button
              look="primary"
              disabled={count === 0 || acting.busy === "Look"}
              busy={acting.busy === "Set"}
              onClick={() => void take(looked)}
            >
              Set {countOf(count)}
            </Button>
            <Button onClick={() => setLooked(null)}>Cancel</Button>
          </div>
        </section>
      )}
    </div>
  );
}

function Found({ found }: { found: VariableImport }) {
  return (
    <>
      <Part title="New" items={found.new} />
      <Part title="Replaced" items={found.replaced} />
      <Part title="There already, and kept" items={found.kept} />
      {found.refused.length > 0 && (
        <div>
          <h3 className="mb-1 text-faint text-xs">Refused</h3>
          <ul className="space-y-0.5 text-bad [overflow-wrap:anywhere]">
            {found.refused.map(({ line, name, why }) => (
              <li key={line}>
                Line {line}
                {name && `, ${name}`}: {why}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Part({ title, items }: { title: string; items: readonly string[] }): ReactNode {
  if (items.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 text-faint text-xs">{title}</h3>
      <CodeList items={items} />
    </div>
  );
}
