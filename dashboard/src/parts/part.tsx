import { CatchBoundary } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Failed } from "./states";

interface Props {
  /** What a person calls it, as in "The search cannot be shown". */
  name: string;
  children: ReactNode;
  /** What stands in its place; unset: why it is not there. */
  instead?(error: unknown): ReactNode;
}

/** What may break, or be gone after an upgrade, without taking what is around it away. */
export function Part({ name, instead, children }: Props) {
  return (
    <CatchBoundary
      getResetKey={() => name}
      errorComponent={({ error, reset }) =>
        instead ? instead(error) : <Failed what={`${name} cannot be shown.`} error={error} retry={reset} />
      }
    >
      {children}
    </CatchBoundary>
  );
}
