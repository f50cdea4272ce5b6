const NAME = /^[A-Z][A-Z0-9_]{0,127}$/;

/** What is wrong with the name of a variable, in words; null when nothing is. Which are reserved the machine knows. */
export function variableFault(name: string): string | null {
  return NAME.test(name) ? null : "Capitals, digits and _, a letter first: such as GITHUB_TOKEN.";
}

/** What becomes of a file, in a sentence. */
export function countOf(count: number): string {
  return count === 1 ? "1 variable" : `${count} variables`;
}
