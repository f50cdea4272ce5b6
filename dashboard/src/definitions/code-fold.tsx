import { useMemo } from "react";
import { type CodeSource, codeFaults, codeTexts, codeWords, sourceOf } from "../domain/code";
import type { FieldFault } from "../domain/definition";
import { CodeFields } from "./code-fields";
import { RareFields } from "./rare-fields";
import { useSettled } from "./use-check";

interface Props {
  code: CodeSource | null | undefined;
  faults: readonly FieldFault[];
  change(code: CodeSource | null): void;
  hint: string;
}

/** The code that the tasks of a definition work on. */
export function CodeFold({ code, faults, change, hint }: Props) {
  const texts = useMemo(() => codeTexts(code), [code]);
  const own = codeFaults(useSettled(texts));
  const refused = faults.flatMap(({ path: [part, field], what }) =>
    // Code that is refused as a whole is refused for its credentials.
    part === "code" ? [{ path: [field ?? "credentials"], what }] : [],
  );
  const wrong = own.length > 0 ? own : refused;
  return (
    <RareFields
      title="Code"
      words={codeWords(texts)}
      isSaid={sourceOf(texts) !== null}
      isWrong={wrong.length > 0}
    >
      {() => (
        <CodeFields
          form={texts}
          set={(changes) => change(sourceOf({ ...texts, ...changes }))}
          faults={wrong}
          hint={hint}
        />
      )}
    </RareFields>
  );
}

/** The same as a fact: what tasks work on when they name nothing else. */
export function CodeFact({ code: { repository, ref, base, credentials } }: { code: CodeSource }) {
  return (
    <>
      <code className="font-mono text-xs">{repository}</code>
      {ref && ` at ${ref}`}
      {base && `, compared with ${base}`}
      {credentials && `, with ${credentials}`}
    </>
  );
}

/** What is wrong with the code of a definition, as the machine would name its fields. */
export function wrongCode(code: unknown): FieldFault[] {
  return codeFaults(codeTexts(code)).map(({ path, what }) => ({ path: ["code", ...path], what }));
}
