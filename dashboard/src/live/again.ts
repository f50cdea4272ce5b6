import type { QueryClient, QueryKey } from "@tanstack/react-query";

const PAUSE_MS = 500;

/** Asks anew for what is known to be old: soon, and once for all that happens until then. */
export class Again {
  #asked = new Set<string>();

  constructor(private readonly client: QueryClient) {}

  ask(queryKey: QueryKey): void {
    const name = JSON.stringify(queryKey);
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    setTimeout(() => {
      this.#asked.delete(name);
      // What is on its way already is let come: it looks itself at what happens meanwhile.
      void this.client.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false });
    }, PAUSE_MS);
  }
}
