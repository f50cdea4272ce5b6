import { type ReactNode, useState } from "react";
import type { Item } from "../domain/items";
import { Button } from "../parts/button";
import { Fold } from "../parts/fold";

/** So many of a sub-agent's items are drawn before somebody asks for all: they are not measured one by one. */
const SHOWN = 40;

interface Props {
  name: string;
  items: readonly Item[];
  live: boolean;
  row(item: Item, live: boolean): ReactNode;
}

/** What a sub-agent said and did, inside the card of the call that began it; the newest of much. */
export function SubAgent({ name, items, live, row }: Props) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, items.length - SHOWN);
  const steps = `${items.length} ${items.length === 1 ? "step" : "steps"}`;
  return (
    <Fold
      name={`${name}:sub-agent`}
      open={live}
      className="border-t"
      titleClass="px-2.5 py-1.5 text-soft text-xs hover:bg-hover rounded-none!"
      title={<span className="numeric">The sub-agent: {steps}</span>}
    >
      {() => (
        <div className="ml-3.5 space-y-2 border-l-2 py-2 pr-2.5 pl-3">
          {hidden > 0 && (
            <Button look="ghost" size="small" onClick={() => setAll(true)}>
              Show {hidden} earlier steps
            </Button>
          )}
          {items.slice(hidden).map((item) => (
            <div key={item.key} data-nested={item.kind}>
              {row(item, live)}
            </div>
          ))}
        </div>
      )}
    </Fold>
  );
}
