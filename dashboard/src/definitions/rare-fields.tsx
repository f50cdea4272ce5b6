import { type ReactNode, useEffect, useState } from "react";
import { Foldable } from "../parts/fold";

interface Props {
  title: string;
  /** What they say, in few words; empty: nothing. */
  words?: string;
  isSaid: boolean;
  isWrong: boolean;
  children: () => ReactNode;
}

/** Fields that few need: out of the way until something stands in them, or is wrong with them. */
export function RareFields({ title, words = "", isSaid, isWrong, children }: Props) {
  const [isOpen, setOpen] = useState(isSaid);
  // What was wrong stays open when it is right: somebody is writing there.
  useEffect(() => {
    if (isWrong) setOpen(true);
  }, [isWrong]);
  const open = isOpen || isWrong;
  return (
    <Foldable
      open={open}
      toggle={() => setOpen(!open)}
      titleClass="min-h-8 text-soft hover:text-ink"
      title={
        <span className="min-w-0 truncate">
          {title}
          {!open && words && <span className="text-ink">: {words}</span>}
        </span>
      }
    >
      {() => <div className="mt-1 space-y-3">{children()}</div>}
    </Foldable>
  );
}
