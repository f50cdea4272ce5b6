import { ChevronRight } from "lucide-react";
import { createContext, type ReactNode, useContext, useId, useState } from "react";

/** Remembers which parts of a list are open while its rows come and go; without one, nothing outlives its row. */
export const FoldMemory = createContext<Map<string, boolean> | null>(null);

/** Open or closed: as the reader chose, and as `byItself` says until then. */
export function useFold(name: string, byItself: boolean): [boolean, () => void] {
  const memory = useContext(FoldMemory);
  const [chosen, choose] = useState(memory?.get(name));
  const open = chosen ?? byItself;
  const toggle = () => {
    memory?.set(name, !open);
    choose(!open);
  };
  return [open, toggle];
}

interface Props {
  title: ReactNode;
  className?: string;
  titleClass?: string;
  children: () => ReactNode;
}

/** A line that opens and closes what is under it, remembered under `name`. */
export function Fold({ name, open: byItself = false, ...parts }: Props & { name: string; open?: boolean }) {
  const [open, toggle] = useFold(name, byItself);
  return <Foldable {...parts} open={open} toggle={toggle} />;
}

/** A line that opens and closes what is under it. `children` is a function: what is closed costs nothing. */
export function Foldable({
  title,
  className = "",
  titleClass = "",
  children,
  open,
  toggle,
}: Props & { open: boolean; toggle(): void }) {
  const id = useId();
  return (
    <div className={className}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
        className={`flex w-full min-w-0 items-center gap-1.5 rounded-md text-left ${titleClass}`}
      >
        <ChevronRight
          aria-hidden
          className={`size-3.5 shrink-0 text-faint transition-transform ${open ? "rotate-90" : ""}`}
        />
        {title}
      </button>
      {open && <div id={id}>{children()}</div>}
    </div>
  );
}
