import { useQuery } from "@tanstack/react-query";
import type { DefinitionFault } from "../api/definitions";
import { type KindId, ownerOf } from "../domain/definition";
import { keys } from "../live/cache";
import { useDefinitions } from "../live/hooks";

/** One definition as it is in force, and what is wrong with its files, also where there is no good version of them. */
export function useDefinition<Detail>(kind: KindId, name: string, get: (name: string) => Promise<Detail>) {
  const query = useQuery({ queryKey: keys.definition(kind, name), queryFn: () => get(name) });
  const list = useDefinitions(kind);
  const faults: DefinitionFault[] = (list.data?.faults ?? []).filter((fault) => ownerOf(fault) === name);
  return { query, faults };
}
