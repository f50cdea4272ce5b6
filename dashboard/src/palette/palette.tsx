import { Link, useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useDefinitions, useIsAdministrator, useTasks } from "../live/hooks";
import { Dialog } from "../parts/dialog";
import { type Command, commandsOf, search } from "./commands";

const SHOWN = 40;

function useCommands(): Command[] {
  const { tasks } = useTasks();
  const agents = useDefinitions("agents").data?.items;
  const skills = useDefinitions("skills").data?.items;
  const webhooks = useDefinitions("webhooks").data?.items;
  const schedules = useDefinitions("schedules").data?.items;
  const mayCreate = useIsAdministrator();
  return useMemo(() => {
    const definitions = {
      agents: agents ?? [],
      skills: skills ?? [],
      webhooks: webhooks ?? [],
      schedules: schedules ?? [],
    };
    return commandsOf({ tasks, definitions, mayCreate });
  }, [tasks, agents, skills, webhooks, schedules, mayCreate]);
}

/** Everything there is to go to, found by a few letters. */
export function Palette({ close }: { close(): void }) {
  const navigate = useNavigate();
  const commands = useCommands();
  const [typed, setTyped] = useState("");
  const [marked, mark] = useState(0);
  const found = useMemo(() => search(commands, typed, SHOWN), [commands, typed]);
  const id = useId();
  const go = (command: Command | undefined) => {
    if (!command) return;
    close();
    void navigate({ href: command.to });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) mark((marked + step + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) go(found[marked]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Search" close={close} className="mt-[12vh]! p-0">
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <input
          autoFocus
          role="combobox"
          aria-label="Search"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={found[marked] && `${id}-${marked}`}
          autoComplete="off"
          placeholder="Go to a page, a task, an agent…"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            mark(0);
          }}
          onKeyDown={onKey}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
        />
      </div>
      <Found id={id} found={found} marked={marked} mark={mark} go={go} />
      {found.length === 0 && (
        <p role="status" className="px-4 pb-6 text-center text-soft">
          Nothing fits.{" "}
          <Link to="/tasks" search={{ q: typed }} onClick={close} className="text-accent underline">
            Search all tasks
          </Link>
        </p>
      )}
    </Dialog>
  );
}

interface FoundProps {
  id: string;
  found: readonly Command[];
  marked: number;
  mark(index: number): void;
  go(command: Command): void;
}

function Found({ id, found, marked, mark, go }: FoundProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[marked]?.scrollIntoView({ block: "nearest" });
  }, [marked]);
  return (
    <div ref={list} id={id} role="listbox" aria-label="Found" className="max-h-[50vh] overflow-y-auto p-1.5">
      {found.map((command, index) => (
        // The field keeps the focus and says which option is meant.
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's
        <div
          key={command.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === marked}
          onClick={() => go(command)}
          onPointerMove={() => mark(index)}
          className={`flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 ${index === marked ? "bg-hover" : ""}`}
        >
          <command.Icon aria-hidden className="size-4 shrink-0 text-soft" />
          <span className="min-w-0 flex-1 truncate">{command.name}</span>
          <span className="shrink-0 text-faint text-xs">{command.kind}</span>
        </div>
      ))}
    </div>
  );
}
