import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Preview } from "../api/definitions";
import { ApiError } from "../api/problem";
import { type FieldFault, fieldFaults } from "../domain/definition";
import type { FormSpec } from "./spec";

const PAUSE_MS = 350;

export function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export interface Check {
  preview: Preview | undefined;
  faults: FieldFault[];
  /** Faults that belong to no field. */
  error: unknown;
}

const GOOD: Check = { preview: undefined, faults: [], error: null };

/** What the machine says of a form, a moment after the last change; nothing while something is missing. */
export function useCheck<Form extends { name: string }>(
  spec: FormSpec<Form>,
  form: Form,
  before: Form | undefined,
): Check {
  const settled = useSettled(form);
  const { preview } = spec;
  const isComplete = spec.missing(settled, before).length === 0;
  const query = useQuery({
    queryKey: ["preview", spec.kind, JSON.stringify(settled)],
    queryFn: () => (preview ? preview(settled) : Promise.reject(new Error("There is no preview."))),
    enabled: preview !== undefined && isComplete,
    retry: false,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  if (!isComplete) return GOOD;
  if (query.error) {
    const faults = query.error instanceof ApiError ? fieldFaults(query.error.faults) : [];
    return { preview: undefined, faults, error: faults.length === 0 ? query.error : null };
  }
  return { preview: query.data, faults: [], error: null };
}
