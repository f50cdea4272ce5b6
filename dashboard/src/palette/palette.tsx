import { useMatch, useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useChats } from "../chat/use-chats";
import type { Task } from "../domain/task";
import { keys } from "../live/cache";
import { useDefinitions, useIsAdministrator, useLive, useMayAct, useTasks } from "../live/hooks";
import { Dialog } from "../parts/dialog";
import { Failed } from "../parts/states";
import { useTheme } from "../parts/theme";
import { useActing } from "../task/task-actions";
import { type Command, commandsOf, doingsOf, found as foundIn } from "./commands";

const SHOWN = 40;

function useCommands(): Command[] {
  const { tasks } = useTasks();
  const agents = useDefinitions("agents").data?.items;
  const skills = useDefinitions("skills").data?.items;
  const webhooks = useDefinitions("webhooks").data?.items;
  const schedules = useDefinitions("schedules").data?.items;
  const chats = useChats("").data;
  const mayCreate = useIsAdministrator();
  const open = useOpenTask();
  const known = useMemo(() => {
    const definitions = {
      agents: agents ?? [],
      skills: skills ?? [],
      webhooks: webhooks ?? [],
      schedules: schedules ?? [],
    };
    const conversations = chats?.pages.flatMap(({ items }) => items) ?? [];
    return commandsOf({ tasks, definitions, chats: conversations, mayCreate });
  }, [tasks, agents, skills, webhooks, schedules, chats, mayCreate]);
  return useMemo(() => [...known, ...doingsOf(open)], [known, open]);
}

/** The task whose page is open, for those who may do something with it. */
function useOpenTask(): Task | undefined {
  const { client } = useLive();
  const mayAct = useMayAct();
  const match = useMatch({ from: "/shell/tasks/$taskId", shouldThrow: false });
  return mayAct && match ? client.getQueryData<Task>(keys.task(match.params.taskId)) : undefined;
}

/** Everything there is to go to, and what can be done from anywhere, found by a few letters. */
export function Palette({ close }: { close(): void }) {
  const navigate = useNavigate();
  const commands = useCommands();
  const [, chooseTheme] = useTheme();
  const { feed } = useLive();
  const { busy, fault, act } = useActing();
  const stop = (task_id: string) => feed.send({ type: "task.stop", task_id, mode: "stop" });
  const [typed, setTyped] = useState("");
  const [marked, mark] = useState(0);
  const found = useMemo(() => foundIn(commands, typed, SHOWN), [commands, typed]);
  const id = useId();
  const go = (command: Command | undefined) => {
    if (!command || busy) return;
    const { stops } = command;
    if (stops) return void act("Stop", () => stop(stops).then(close));
    close();
    if (command.theme) chooseTheme(command.theme);
    if (command.to) void navigate({ href: command.to });
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
          placeholder="Go to a page, a task, a conversation…"
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
      {found.length === 1 && found[0]?.id === "search" && (
        <p role="status" className="px-4 pb-4 text-center text-faint text-xs">
          Nothing else fits.
        </p>
      )}
      {busy && (
        <p role="status" className="px-4 pb-4 text-soft">
          Stopping…
        </p>
      )}
      {fault && (
        <div className="px-4 pb-4">
          <Failed what={`${fault.name} did not work.`} error={fault.error} />
        </div>
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
