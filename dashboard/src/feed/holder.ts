/** What arrives while a snapshot loads is newer than the snapshot, or in it already: it is kept until both can be compared. */
export class Holder<E> {
  #loading = new Set<E[]>();

  push(event: E): void {
    for (const held of this.#loading) held.push(event);
  }

  /** Loads a snapshot; returns it with all that arrived meanwhile, in order. */
  async during<T>(load: () => Promise<T>): Promise<{ snapshot: T; arrived: readonly E[] }> {
    const arrived: E[] = [];
    this.#loading.add(arrived);
    try {
      return { snapshot: await load(), arrived };
    } finally {
      this.#loading.delete(arrived);
    }
  }
}
