import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { DefinitionView } from "../api/definitions";
import { ApiError } from "../api/problem";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { type Actionable, DefinitionActions, type Doing } from "./actions";
import { FileFaults } from "./faults";
import type { Kind } from "./kinds";
import { Marks } from "./list-page";
import { type Ownable, OwnerGone } from "./owner-gone";
import { useDefinition } from "./use-definition";

type Detail = DefinitionView & Actionable & Ownable & { warnings: string[] };

interface Props<D extends Detail> {
  kind: Kind;
  name: string;
  api: Doing & { get(name: string): Promise<D> };
  children(detail: D): ReactNode;
}

/** One definition: how it stands, what can be done with it, and what it says. */
export function DetailPage<D extends Detail>({ kind, name, api, children }: Props<D>) {
  const { query, faults } = useDefinition(kind.id, name, api.get);
  const isAdministrator = useIsAdministrator();
  const { data: detail } = query;
  const back = { to: kind.path, name: kind.title };
  if (!detail) {
    return (
      <Page title={name} back={back}>
        <FileFaults faults={faults} isNew>
          {isAdministrator && query.error && <DeleteBroken kind={kind} name={name} api={api} />}
        </FileFaults>
        {query.error ? (
          isGone(query.error) && faults.length > 0 ? null : (
            <Failed
              what={`The ${kind.one} could not be loaded.`}
              error={query.error}
              retry={() => void query.refetch()}
            />
          )
        ) : (
          <Loading label={`Loading the ${kind.one}`} lines={6} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={detail.name}
      marks={<Marks item={detail} />}
      about={detail.description}
      back={back}
      actions={isAdministrator && <DefinitionActions kind={kind} item={detail} api={api} />}
    >
      <FileFaults faults={faults} />
      {api.takeOver && <OwnerGone kind={kind} item={detail} takeOver={api.takeOver} />}
      {detail.warnings.length > 0 && (
        <div className="mb-5">
          <Notice title="Good to know">
            <ul>
              {detail.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Notice>
        </div>
      )}
      {children(detail)}
    </Page>
  );
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Files that were never good: nothing of them is in force, so deleting them is all that can be done from here. */
function DeleteBroken({ kind, name, api }: { kind: Kind; name: string; api: Doing }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const act = async () => {
    await api.remove(name);
    await navigate({ to: kind.path });
    await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
  };
  return (
    <>
      <Button size="small" look="danger" onClick={() => setAsked(true)}>
        Delete these files
      </Button>
      {asked && (
        <Confirm
          title={`Delete the ${kind.one} ${name}?`}
          action="Delete"
          act={act}
          close={() => setAsked(false)}
        >
          Its files under config/{kind.id} are removed.
        </Confirm>
      )}
    </>
  );
}

/** A list of facts: what, and how it is. Those that are empty are left out. */
export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  const shown = Object.entries(facts).filter(([, value]) => value != null && value !== false && value !== "");
  return (
    <dl className="grid grid-cols-[minmax(6.5rem,max-content)_minmax(0,1fr)] gap-x-6 gap-y-1.5">
      {shown.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
