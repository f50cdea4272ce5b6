import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { type RefObject, useEffect, useId, useState } from "react";
import { machines } from "../api/machines";
import { people } from "../api/people";
import { keys } from "../live/cache";
import { useDefinitions, useIsAdministrator, useStatus } from "../live/hooks";
import { IconButton } from "../parts/button";
import { Check, INPUT } from "../parts/field";
import { clean, isNarrowed, SOURCES, STATUSES, type TaskFilter } from "./filter";

const TYPING_MS = 250;

interface Props {
  filter: TaskFilter;
  search: RefObject<HTMLInputElement | null>;
}

/** What the list is narrowed to: all of it in the address, so that it can be sent to somebody. */
export function Filters({ filter, search }: Props) {
  const navigate = useNavigate();
  const agents = useDefinitions("agents").data?.items ?? [];
  const change = (changes: TaskFilter) =>
    void navigate({ to: "/tasks", search: clean({ ...filter, ...changes }), replace: true });
  const { chats = false } = filter;
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchField value={filter.q ?? ""} field={search} change={(q) => change({ q })} />
      <Pick
        label="Status"
        value={filter.status}
        options={STATUSES.map(({ key, name }) => [key, name] as const)}
        change={(status) => change({ status })}
      />
      <Pick
        label="Agent"
        value={filter.agent}
        options={agents.map(({ name }) => [name, name] as const)}
        change={(agent) => change({ agent })}
      />
      <Pick label="Source" value={filter.source} options={SOURCES} change={(source) => change({ source })} />
      <MachinePick value={filter.machine} change={(machine) => change({ machine })} />
      <PersonPick value={filter.person} change={(person) => change({ person })} />
      <Check label="With chats" checked={chats} change={(checked) => change({ chats: checked })} />
      {isNarrowed(filter) && (
        <IconButton
          label="Show all tasks"
          onClick={() => void navigate({ to: "/tasks", search: clean({ chats }), replace: true })}
        >
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </search>
  );
}

/** The people there are, for those who see everybody's tasks. */
export function usePeople() {
  const mayLook = useIsAdministrator();
  return useQuery({ queryKey: keys.people, queryFn: people.list, enabled: mayLook }).data ?? [];
}

function PersonPick({ value, change }: { value: string | undefined; change(person: string): void }) {
  const known = usePeople();
  if (known.length < 2 && !value) return null;
  const options = known.map(({ user_id, name }) => [user_id, name] as const);
  return <Pick label="Person" value={value} options={options} change={change} />;
}

/** Where there are several, or where an address names one. */
function MachinePick({ value, change }: { value: string | undefined; change(machine: string): void }) {
  const inFleet = useStatus().data?.in_fleet ?? false;
  const list = useQuery({ queryKey: keys.machines, queryFn: machines.list, enabled: inFleet }).data;
  const workers = list?.items.filter(({ role }) => role !== "web") ?? [];
  if (workers.length < 2 && !value) return null;
  const options = workers.map(({ machine_id }) => [machine_id, machine_id] as const);
  return <Pick label="Machine" value={value} options={options} change={change} />;
}

interface PickProps {
  label: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  change(value: string): void;
}

function Pick({ label, value = "", options, change }: PickProps) {
  // One that an address names stays chosen, though nobody knows it any more.
  const isKnown = value === "" || options.some(([key]) => key === value);
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => change(event.target.value)}
      className={`${INPUT} w-auto! grow basis-[calc(50%-0.25rem)] sm:max-w-40 sm:min-w-24! sm:grow-0 sm:basis-auto ${value ? "border-accent!" : ""}`}
    >
      <option value="">{label}: all</option>
      {!isKnown && <option value={value}>{value}</option>}
      {options.map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface SearchProps {
  value: string;
  field: RefObject<HTMLInputElement | null>;
  change(q: string): void;
}

/** Asks when somebody stops typing, not at every letter. */
function SearchField({ value, field, change }: SearchProps) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  const id = useId();
  if (value !== asked) {
    // It was changed elsewhere: by the way back, or by showing all.
    setAsked(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === asked) return;
    const timer = setTimeout(() => {
      setAsked(typed.trim());
      change(typed.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="relative min-w-0 flex-1 basis-full sm:basis-60">
      <Search aria-hidden className="absolute top-2.5 left-2.5 size-4 text-faint" />
      <label htmlFor={id} className="sr-only">
        Search titles and messages
      </label>
      <input
        id={id}
        ref={field}
        type="search"
        maxLength={200}
        autoComplete="off"
        placeholder="Search titles and messages"
        aria-keyshortcuts="/"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
        className={`${INPUT} pl-8.5!`}
      />
    </div>
  );
}
