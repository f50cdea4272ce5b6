/**
 * Puts events of one task in their order: drops what was there already, holds what came too early.
 *
 * `seq` counts from 1 without gaps, so an event that is not the next one means that something is missing.
 */
export class Sequence<E extends { seq: number }> {
  #last: number;
  #early = new Map<number, E>();

  /** The first event that counts is the one after `start`. */
  constructor(
    start = 0,
    private readonly maxEarly = 2000,
  ) {
    this.#last = start;
  }

  /** `seq` of the newest event that was given out; nothing before it is missing. */
  get last(): number {
    return this.#last;
  }

  /** Whether events are held back because one before them is missing. */
  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Takes one event; returns those that are now in order, oldest first. */
  offer(event: E): E[] {
    if (event.seq <= this.#last) return [];
    if (event.seq > this.#last + 1) {
      // A full buffer forgets the newcomer: the gap makes the caller ask again from `last` anyway.
      if (this.#early.size < this.maxEarly) this.#early.set(event.seq, event);
      return [];
    }
    const ready = [event];
    this.#last = event.seq;
    for (let next = this.#take(); next; next = this.#take()) ready.push(next);
    return ready;
  }

  #take(): E | undefined {
    const next = this.#early.get(this.#last + 1);
    if (next) {
      this.#last = next.seq;
      this.#early.delete(next.seq);
    }
    return next;
  }
}
