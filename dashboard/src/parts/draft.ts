import { useState } from "react";

/** What somebody is writing or choosing; a reload of the page does not lose it. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `draft:${name}`;
  const [value, setValue] = useState<T>(() => read(key, initial));
  const change = (next: T) => {
    setValue(next);
    write(key, next === initial ? null : JSON.stringify(next));
  };
  return [value, change];
}

export function useDraft(name: string): [string, (text: string) => void] {
  return useKept(name, "");
}

/** Puts a text where somebody will find it as their draft. */
export function keepDraft(name: string, text: string): void {
  write(`draft:${name}`, JSON.stringify(text));
}

/** Nobody goes on with what is kept under `name` and all below it. */
export function forgetKept(name: string): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key === `draft:${name}` || key.startsWith(`draft:${name}:`)) sessionStorage.removeItem(key);
    }
  } catch (error) {
    console.warn("The draft cannot be removed.", error);
  }
}

/** Nobody goes on with anything: who signs in next may be somebody else. */
export function forgetAllKept(): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith("draft:")) sessionStorage.removeItem(key);
    }
  } catch (error) {
    console.warn("The drafts cannot be removed.", error);
  }
}

/** What was kept, if it is of the same kind as `initial`. */
function read<T>(key: string, initial: T): T {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return value !== null && typeof value === typeof initial ? (value as T) : initial;
  } catch {
    return initial;
  }
}

function write(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch (error) {
    console.warn("The draft cannot be stored.", error);
  }
}
