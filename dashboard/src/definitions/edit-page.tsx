import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { keys } from "../live/cache";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { DefinitionEditor, type Version } from "./editor";
import { FileFaults } from "./faults";
import type { Kind } from "./kinds";
import type { FormSpec } from "./spec";
import { useDefinition } from "./use-definition";

interface Props<Detail, Form extends { name: string }> {
  kind: Kind;
  name: string;
  spec: FormSpec<Form>;
  api: { get(name: string): Promise<Detail> };
  formOf(detail: Detail): Form;
}

export interface Editable {
  name: string;
  builtin?: boolean;
  content_hash?: string;
}

export function EditPage<Detail extends Editable, Form extends { name: string }>({
  kind,
  name,
  spec,
  api,
  formOf,
}: Props<Detail, Form>) {
  const { query, faults } = useDefinition(kind.id, name, api.get);
  const { begun, version } = useBegun(query);
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
      {begun ? (
        <DefinitionEditor
          key={begun.round}
          spec={spec}
          initial={formOf(begun.detail)}
          version={version}
          saved={() => void saved()}
          cancel={() => void navigate(there)}
        >
          {begun.detail.builtin && (
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

/**
 * What is changed: the newest version when the form is opened, and the same from then on, whoever saves another.
 * `round` counts how often it was brought here anew.
 */
function useBegun<Detail extends Editable>(query: UseQueryResult<Detail>) {
  const { data, isFetching, refetch } = query;
  const [begun, begin] = useState<{ detail: Detail; round: number } | null>(null);
  useEffect(() => {
    if (!begun && data && !isFetching) begin({ detail: data, round: 0 });
  }, [begun, data, isFetching]);
  const load = async () => {
    const { data: detail } = await refetch({ throwOnError: true });
    if (detail) begin((before) => ({ detail, round: (before?.round ?? 0) + 1 }));
  };
  const beganFrom = begun?.detail.content_hash;
  const newest = data?.content_hash;
  const version: Version | undefined = beganFrom && newest ? { beganFrom, newest, load } : undefined;
  return { begun, version };
}
