import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type AuditChoice, type AuditEntry, audit, type AuditPage as Found, people } from "../api/people";
import { fullTime } from "../domain/format";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { DownloadLink } from "../parts/download-link";
import { Choice } from "../parts/field";
import { Fold } from "../parts/fold";
import { Mark } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { When } from "../parts/when";
import {
  actionsOf,
  endingOf,
  objectOf,
  PERIODS,
  type Period,
  periodOf,
  saidOf,
  sinceOf,
} from "./audit-words";
import { SettingsPart } from "./frame";
import { Nothing } from "./rows";
import { useFresh } from "./use-report";

/** What is looked at is in the address, to be sent to others. */
function useChoice(): { choice: AuditChoice; period: Period; choose(what: Record<string, string>): void } {
  const { actor, action, since } = useSearch({ strict: false });
  const navigate = useNavigate();
  const period = periodOf(since);
  // Fixed while the page is open: a moment that moves would ask for another list each time.
  const [opened] = useState(() => Date.now());
  const choose = (what: Record<string, string>) => {
    const all = { actor, action, since, ...what };
    const search = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
    void navigate({ to: "/settings/$part", params: { part: "audit" }, search, replace: true });
  };
  return { choice: { actor, action, since: sinceOf(period, opened) }, period, choose };
}

export function AuditPage() {
  const { choice } = useChoice();
  return (
    <SettingsPart
      id="audit"
      actions={
        <>
          <DownloadLink href={audit.exportUrl(choice, "csv")}>CSV</DownloadLink>
          <DownloadLink href={audit.exportUrl(choice, "jsonl")}>JSON lines</DownloadLink>
        </>
      }
    >
      <Filters />
      <Entries choice={choice} />
    </SettingsPart>
  );
}

function Filters() {
  const { choice, period, choose } = useChoice();
  const known = useFresh(keys.people, people.list);
  const done = useFresh([...keys.audit, "actions"], audit.actions);
  const { actor = "", action = "" } = choice;
  const persons = (known.data ?? []).map(({ user_id, name }) => [user_id, name] as const);
  return (
    <section aria-label="Filter" className="mb-4 grid gap-3 sm:grid-cols-3">
      <Choice
        label="Who"
        value={actor}
        change={(next) => choose({ actor: next })}
        options={[["", "Everybody"], ...persons]}
      />
      <Choice
        label="What"
        value={action}
        change={(next) => choose({ action: next })}
        options={[["", "Everything"], ...actionsOf(done.data ?? [], action)]}
      />
      <Choice label="Since" value={period} change={(since) => choose({ since })} options={PERIODS} />
    </section>
  );
}

function Entries({ choice }: { choice: AuditChoice }) {
  const list = useInfiniteQuery({
    queryKey: [...keys.audit, choice],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Found) => page.next_cursor,
    queryFn: ({ pageParam }) => audit.list(choice, pageParam),
    refetchOnMount: "always",
  });
  if (list.error && !list.data) {
    return (
      <Failed what="The log could not be loaded." error={list.error} retry={() => void list.refetch()} />
    );
  }
  if (!list.data) return <Loading label="Loading the log" lines={6} />;
  const entries = list.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <Nothing>Nothing of this kind was done.</Nothing>;
  return (
    <>
      <ul aria-label="Entries" className="divide-y rounded-lg border">
        {entries.map((entry) => (
          <li key={entry.audit_id}>
            <Entry entry={entry} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-3" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { name, tone } = endingOf(entry.status ?? null);
  return (
    <Fold
      name={entry.audit_id}
      titleClass="px-3.5 py-2 -outline-offset-2 hover:bg-hover"
      title={
        <span className="flex min-w-0 flex-1 items-baseline gap-x-2">
          <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{entry.user_name}</span>
            <span className="[overflow-wrap:anywhere]">{saidOf(entry.action)}</span>
            <span className="min-w-0 text-soft text-xs [overflow-wrap:anywhere]">{objectOf(entry)}</span>
            {name && <Mark tone={tone}>{name}</Mark>}
          </span>
          <span className="shrink-0 text-faint text-xs">
            <When at={entry.at} />
          </span>
        </span>
      }
    >
      {() => <Details entry={entry} />}
    </Fold>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const summary = Object.entries(entry.summary ?? {});
  return (
    <dl className="grid gap-x-6 gap-y-2 px-3.5 pb-3 pl-9 text-xs sm:grid-cols-2">
      <Fact name="Action">
        <code className="font-mono">{entry.action}</code>
      </Fact>
      <Fact name="When">{fullTime(entry.at)}</Fact>
      <Fact name="From">{[entry.via, entry.address].filter(Boolean).join(", ")}</Fact>
      <Fact name="Who">{entry.user_id}</Fact>
      {entry.credential_id && <Fact name="Login or token">{entry.credential_id}</Fact>}
      {entry.made_id && <Fact name="Made">{entry.made_id}</Fact>}
      <Fact name="Ended">
        {entry.status == null ? "nobody knows: the machine stopped meanwhile" : entry.status}
      </Fact>
      {summary.length > 0 && (
        <Fact name="About">
          {summary.map(([key, value]) => (
            <span key={key} className="block font-mono">
              {key}: {typeof value === "string" ? value : JSON.stringify(value)}
            </span>
          ))}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-faint">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
