import { Link } from "@tanstack/react-router";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Variable, variables } from "../api/variables";
import { IconButton } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Mark } from "../parts/page";
import { When } from "../parts/when";
import { useChanged } from "./use-changed";

export function VariableRows({ items }: { items: readonly Variable[] }) {
  const [asked, ask] = useState<string | null>(null);
  const changed = useChanged();
  if (items.length === 0) {
    return <p className="rounded-lg border border-dashed p-4 text-faint">There is no variable yet.</p>;
  }
  return (
    <>
      <ul className="divide-y rounded-lg border">
        {items.map((item) => (
          <li key={item.name} className="flex items-center gap-3 px-3.5 py-2.5">
            <KeyRound aria-hidden className="size-4 shrink-0 text-faint" />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2">
                <span className="font-medium font-mono text-xs [overflow-wrap:anywhere]">{item.name}</span>
                {item.problem && <Mark tone="bad">cannot be read</Mark>}
              </p>
              <p className="text-soft text-xs [overflow-wrap:anywhere]">
                <Uses item={item} /> · set <When at={item.set_at} />
              </p>
              {item.problem && <p className="text-bad text-xs">{item.problem}</p>}
            </div>
            <IconButton label={`Delete ${item.name}`} size="small" onClick={() => ask(item.name)}>
              <Trash2 aria-hidden className="size-3.5" />
            </IconButton>
          </li>
        ))}
      </ul>
      {asked !== null && (
        <Confirm
          title={`Delete the variable ${asked}?`}
          action="Delete"
          act={async () => {
            await variables.remove(asked);
            await changed();
          }}
          close={() => ask(null)}
        >
          Its value cannot be brought back. Tasks that run keep what they were given.
        </Confirm>
      )}
    </>
  );
}

function Uses({ item }: { item: Variable }) {
  const places = [
    ...item.agents.map((name) => ["/agents/$name", name] as const),
    ...item.webhooks.map((name) => ["/webhooks/$name", name] as const),
  ];
  if (places.length === 0) return item.made_for ? `kept for ${item.made_for}` : "not used yet";
  return (
    <>
      for{" "}
      {places.map(([to, name], index) => (
        <span key={`${to} ${name}`}>
          {index > 0 && ", "}
          <Link to={to} params={{ name }} className="text-accent underline">
            {name}
          </Link>
        </span>
      ))}
    </>
  );
}
