import { splitList } from "../domain/definition";

/** Names that were chosen from those there are, and those that were written beside them. */
export interface Picked {
  chosen: readonly string[];
  text: string;
}

export function namesOf({ chosen, text }: Picked): string[] {
  return [...new Set([...chosen, ...splitList(text)])];
}

/** What is not there, or not there yet, stands in the text. */
export function pickedOf(names: readonly string[], known: readonly string[]): Picked {
  return {
    chosen: names.filter((name) => known.includes(name)),
    text: names.filter((name) => !known.includes(name)).join(", "),
  };
}

/** After others were chosen. The text stays as it was typed, unless one of its words was taken out. */
export function chosenAnew({ text }: Picked, names: readonly string[]): Picked {
  const words = splitList(text);
  const left = words.filter((word) => names.includes(word));
  return {
    chosen: names.filter((name) => !left.includes(name)),
    text: left.length === words.length ? text : left.join(", "),
  };
}
