import { type ReactNode, type RefObject, useEffect, useRef } from "react";

interface Props {
  label: string;
  className?: string;
  close(): void;
  children: ReactNode;
}

/** Above everything, until it is closed: by Escape, by a click beside it, or by what is in it. */
export function Dialog({ label, className = "", close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const box = dialog.current;
    box?.showModal();
    return () => box?.close();
  }, []);
  useClickBeside(dialog, close);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
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
