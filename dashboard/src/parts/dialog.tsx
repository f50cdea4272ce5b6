import {
  type ReactNode,
  type RefObject,
  type SyntheticEvent,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";

interface Props {
  label: string;
  /** Only what is in it closes it: neither Escape, nor the way back of a phone, nor a click beside it. */
  isLocked?: boolean;
  className?: string;
  close(): void;
  children: ReactNode;
}

/** Above everything, until it is closed: by Escape, by a click beside it, or by what is in it. */
export function Dialog({ label, isLocked = false, className = "", close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it still stands on the page: then the browser gives the focus back to what had it before.
  useLayoutEffect(() => {
    const box = dialog.current;
    box?.showModal();
    return () => box?.close();
  }, []);
  const leave = isLocked ? () => undefined : close;
  useClickBeside(dialog, leave);
  const closed = ({ currentTarget: box }: SyntheticEvent<HTMLDialogElement>) => {
    // A browser may close one by itself: what is locked comes back, so that nothing in it is lost.
    if (box.open) return;
    if (isLocked) box.showModal();
    else close();
  };
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={closed}
      closedby={isLocked ? "none" : "closerequest"}
      className={`m-auto max-h-[85dvh] w-[min(30rem,calc(100vw-2rem))] overflow-y-auto rounded-xl border bg-raised p-0 text-ink text-sm shadow-[0_16px_48px_#00000040] backdrop:bg-[#00000059] ${className}`}
    >
      {children}
    </dialog>
  );
}

/** A press on the backdrop arrives at the dialog itself, beside its own rectangle. */
function useClickBeside(dialog: RefObject<HTMLDialogElement | null>, close: () => void): void {
  const closing = useRef(close);
  closing.current = close;
  useEffect(() => {
    const box = dialog.current;
    const onPress = (event: PointerEvent) => {
      if (event.target !== box || !box) return;
      const { left, right, top, bottom } = box.getBoundingClientRect();
      const isInside =
        event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
      if (!isInside) closing.current();
    };
    box?.addEventListener("pointerdown", onPress);
    return () => box?.removeEventListener("pointerdown", onPress);
  }, [dialog]);
}
