import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { keys } from "../live/cache";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { DefinitionEditor } from "./editor";
import { FileFaults } from "./faults";
import type { Kind } from "./kinds";
import type { FormSpec } from "./spec";
import { useDefinition } from "./use-definition";

interface Props<Detail, Form extends { name: string }> {
  kind: Kind;
  name: string;
  spec: FormSpec<Form>;
  get(name: string): Promise<Detail>;
  formOf(detail: Detail): Form;
}

export function EditPage<Detail extends { name: string; builtin?: boolean }, Form extends { name: string }>({
  kind,
  name,
  spec,
  get,
  formOf,
}: Props<Detail, Form>) {
  const { query, faults } = useDefinition(kind.id, name, get);
  const client = useQueryClient();
  const navigate = useNavigate();
  const there = { to: `${kind.path}/$name`, params: { name } } as const;
  const saved = async () => {
    await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
    await navigate(there);
  };
  return (
    <Page title={`Edit ${name}`} back={{ to: `${kind.path}/${name}`, name }} width="wide">
      <FileFaults faults={faults} />
      {query.data ? (
        <DefinitionEditor
          spec={spec}
          initial={formOf(query.data)}
          saved={() => void saved()}
          cancel={() => void navigate(there)}
        >
          {query.data.builtin && (
            <Notice title={`${name} comes with the program.`}>
              What you save stands for it. Deleted again, the one of the program is back.
            </Notice>
          )}
        </DefinitionEditor>
      ) : query.error ? (
        <Failed
          what={`The ${kind.one} could not be loaded.`}
          error={query.error}
          retry={() => void query.refetch()}
        />
      ) : (
        <Loading label={`Loading the ${kind.one}`} lines={6} />
      )}
    </Page>
  );
}
