import { Link } from "@tanstack/react-router";
import { ChevronRight, Plus } from "lucide-react";
import type { ReactNode } from "react";
import type { DefinitionView } from "../api/definitions";
import { providerName } from "../domain/provider";
import { useDefinitions, useIsAdministrator } from "../live/hooks";
import { Mark, Page } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { FileFaults } from "./faults";
import type { Kind } from "./kinds";
import { NextRun } from "./next-runs";

/** All definitions of a kind, and the way to make one more. */
export function ListPage({ kind }: { kind: Kind }) {
  const list = useDefinitions(kind.id);
  const mayCreate = useIsAdministrator();
  return (
    <Page
      title={kind.title}
      about={kind.about}
      actions={mayCreate && list.data && list.data.items.length > 0 && <CreateLink kind={kind} />}
    >
      {list.data && <FileFaults faults={list.data.faults} />}
      <Body kind={kind} list={list} mayCreate={mayCreate} />
    </Page>
  );
}

interface BodyProps {
  kind: Kind;
  list: ReturnType<typeof useDefinitions>;
  mayCreate: boolean;
}

function Body({ kind, list, mayCreate }: BodyProps) {
  if (list.error && !list.data) {
    const what = `The ${kind.title.toLowerCase()} could not be loaded.`;
    return <Failed what={what} error={list.error} retry={() => void list.refetch()} />;
  }
  if (!list.data) return <Loading label={`Loading ${kind.title.toLowerCase()}`} lines={6} />;
  if (list.data.items.length === 0) return <NoneYet kind={kind} mayCreate={mayCreate} />;
  return (
    <ul className="divide-y rounded-lg border">
      {list.data.items.map((item) => (
        <li key={item.name}>
          <Row kind={kind} item={item} />
        </li>
      ))}
    </ul>
  );
}

function Row({ kind, item }: { kind: Kind; item: DefinitionView & { next_runs?: string[] } }) {
  return (
    <Link
      to={`${kind.path}/$name`}
      params={{ name: item.name }}
      className="flex items-center gap-3 px-3.5 py-3 -outline-offset-2 hover:bg-hover"
    >
      <kind.Icon
        aria-hidden
        strokeWidth={1.75}
        className={`size-4.5 shrink-0 ${item.enabled ? "text-accent" : "text-faint"}`}
      />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className={`font-medium ${item.enabled ? "" : "text-soft"}`}>{item.name}</span>
          <Marks item={item} />
        </span>
        <span className="line-clamp-2 text-soft text-xs [overflow-wrap:anywhere]">{item.description}</span>
      </span>
      {item.next_runs && <NextRun runs={item.next_runs} />}
      <ChevronRight aria-hidden className="size-4 shrink-0 text-faint" />
    </Link>
  );
}

/** What makes one different from the others. */
export function Marks({
  item,
}: {
  item: DefinitionView & {
    provider?: string;
    unsigned?: boolean;
    paused?: boolean;
    words?: string;
    problem?: string;
  };
}) {
  return (
    <>
      {item.provider && <Mark>{providerName(item.provider)}</Mark>}
      {item.builtin && <Mark>comes with the program</Mark>}
      {item.overrides_builtin && <Mark>changed here</Mark>}
      {item.unsigned && <Mark tone="warn">unsigned</Mark>}
      {item.words && <Mark>{item.words}</Mark>}
      {item.problem && <Mark tone="bad">starts nothing</Mark>}
      {!item.enabled && <Mark tone="warn">{item.paused ? "paused" : "disabled"}</Mark>}
    </>
  );
}

function CreateLink({ kind }: { kind: Kind }) {
  return (
    <Link
      to={kind.path}
      search={{ create: "form" }}
      className="inline-flex h-8 items-center gap-1.5 rounded-md bg-fill px-3 font-medium text-white hover:bg-fill-hover"
    >
      <Plus aria-hidden className="size-4" />
      New {kind.one}
    </Link>
  );
}

function NoneYet({ kind, mayCreate }: { kind: Kind; mayCreate: boolean }): ReactNode {
  return (
    <div className="flex flex-col items-center gap-3 rounded-xl border border-dashed px-6 py-12 text-center">
      <kind.Icon aria-hidden className="size-7 text-faint" strokeWidth={1.5} />
      <p className="font-medium text-base">No {kind.title.toLowerCase()} yet</p>
      <p className="max-w-[30rem] text-soft">{kind.teaches}</p>
      {mayCreate ? (
        <CreateLink kind={kind} />
      ) : (
        <p className="text-faint">An administrator can create the first one.</p>
      )}
    </div>
  );
}
