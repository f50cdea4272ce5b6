import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Download, History, PencilLine, Power, PowerOff, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Failed } from "../parts/states";
import { type Acting, useActing } from "../task/task-actions";
import type { Kind } from "./kinds";

/** What can be done with a definition; what a kind cannot do is left out. */
export interface Doing {
  remove(name: string): Promise<unknown>;
  enable?(name: string): Promise<unknown>;
  disable?(name: string): Promise<unknown>;
  revert?(name: string): Promise<unknown>;
  exportUrl?(name: string): string;
  /** Makes it the reader's own. */
  takeOver?(name: string): Promise<unknown>;
}

export interface Actionable {
  name: string;
  enabled: boolean;
  builtin?: boolean;
  overrides_builtin?: boolean;
  revertible?: boolean;
}

interface Props {
  kind: Kind;
  item: Actionable;
  api: Doing;
}

type Question = "delete" | "revert" | null;

/** The row of buttons on a definition's page, with the questions that some of them ask first. */
export function DefinitionActions({ kind, item, api }: Props): ReactNode {
  const [question, ask] = useState<Question>(null);
  const acting = useActing();
  const { name } = item;
  return (
    <>
      <EditLink kind={kind} name={name} />
      <Switch kind={kind} item={item} api={api} acting={acting} />
      {api.exportUrl && (
        <a
          href={api.exportUrl(name)}
          download
          className="inline-flex h-7 items-center gap-1.5 rounded-md border border-edge bg-raised px-2 font-medium text-xs hover:bg-hover"
        >
          <Download aria-hidden className="size-3.5" />
          Export
        </a>
      )}
      {api.revert && item.revertible && (
        <Button
          size="small"
          icon={<History aria-hidden className="size-3.5" />}
          onClick={() => ask("revert")}
          title="Bring back the version before the last save"
        >
          Bring back
        </Button>
      )}
      {!item.builtin && (
        <Button
          size="small"
          look="danger"
          icon={<Trash2 aria-hidden className="size-3.5" />}
          onClick={() => ask("delete")}
        >
          Delete
        </Button>
      )}
      {acting.fault && (
        <div className="w-full">
          <Failed what={`${acting.fault.name} did not work.`} error={acting.fault.error} />
        </div>
      )}
      <Questions kind={kind} item={item} api={api} question={question} close={() => ask(null)} />
    </>
  );
}

function EditLink({ kind, name }: { kind: Kind; name: string }) {
  return (
    <Link
      to={`${kind.path}/${name}/edit` as string}
      className="inline-flex h-7 items-center gap-1.5 rounded-md border border-edge bg-raised px-2 font-medium text-xs hover:bg-hover"
    >
      <PencilLine aria-hidden className="size-3.5" />
      Edit
    </Link>
  );
}

function Switch({ kind, item, api, acting }: Props & { acting: Acting }) {
  const client = useQueryClient();
  const { enable, disable } = api;
  if (!enable || !disable) return null;
  const [verb, act, Icon] = item.enabled
    ? ([kind.switches[0], disable, PowerOff] as const)
    : ([kind.switches[1], enable, Power] as const);
  const go = () =>
    acting.act(verb, async () => {
      await act(item.name);
      await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
    });
  return (
    <Button
      size="small"
      busy={acting.busy === verb}
      icon={<Icon aria-hidden className="size-3.5" />}
      onClick={() => void go()}
    >
      {verb}
    </Button>
  );
}

interface QuestionsProps extends Props {
  question: Question;
  close(): void;
}

function Questions({ kind, item, api, question, close }: QuestionsProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { name } = item;
  const { revert } = api;
  if (question === "revert" && revert) {
    const act = async () => {
      await revert(name);
      await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
    };
    return (
      <Confirm
        title={`Bring back the version before of ${name}?`}
        action="Bring back"
        act={act}
        close={close}
      >
        It takes the place of what is in force now. Done once more, the newer one is back.
      </Confirm>
    );
  }
  if (question !== "delete") return null;
  const act = async () => {
    await api.remove(name);
    if (!item.overrides_builtin) await navigate({ to: kind.path });
    await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
  };
  return (
    <Confirm title={`Delete the ${kind.one} ${name}?`} action="Delete" act={act} close={close}>
      {consequence(kind, item)}
    </Confirm>
  );
}

function consequence(kind: Kind, item: Actionable): string {
  if (item.overrides_builtin) return "The one of that name that comes with the program is in force again.";
  if (kind.id === "agents")
    return "New tasks cannot be given to it any more. Tasks that run go on to their end.";
  if (kind.id === "skills") return "Agents do not get it any more in new tasks.";
  if (kind.id === "schedules") return "It starts nothing any more. The tasks that it started stay.";
  return "What is sent to its address from now on is refused. Its deliveries stay for their time.";
}
