import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, Loading } from "../parts/states";

interface Props<T> {
  query: UseQueryResult<T>;
  /** What is loaded, as in "The people could not be loaded". */
  what: string;
  children(data: T): ReactNode;
}

/** What was asked for, once it is there; before that, that it is on its way, or why it is not. */
export function Loaded<T>({ query, what, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <Failed what={`${what} could not be loaded.`} error={query.error} retry={() => void query.refetch()} />
    );
  }
  return <Loading label={`${what} is loading`} lines={5} />;
}
