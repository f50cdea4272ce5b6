import type { Ack, CommandError } from "./wire";

/** A command that did not work; `code` is stable, `hint` says what to do. */
export class CommandFailed extends Error {
  override name = "CommandFailed";

  constructor(
    readonly code: string,
    message: string,
    readonly hint = "",
  ) {
    super(message);
  }
}

interface Waiting {
  resolve(ack: Ack): void;
  reject(error: CommandFailed): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Commands that were sent and not answered yet. Every one ends: answered, refused, timed out or cut off. */
export class Acks {
  #waiting = new Map<string, Waiting>();
  #count = 0;

  /** A new id, and the promise of its answer. */
  expect(timeoutMs: number): { id: string; answer: Promise<Ack> } {
    this.#count += 1;
    const id = `c${this.#count}`;
    const answer = new Promise<Ack>((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = Math.round(timeoutMs / 1000);
        const text = `The machine did not answer within ${seconds} s.`;
        this.#settle(id)?.reject(
          new CommandFailed("timeout", text, "It may still have arrived: look before you repeat it."),
        );
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  /** Gives an answer to whoever waits for it; answers nobody waits for any more are dropped. */
  take(frame: Ack | CommandError): void {
    const waiting = this.#settle(String(frame.id));
    if (frame.type === "ack") waiting?.resolve(frame);
    else waiting?.reject(new CommandFailed(frame.code, frame.detail, frame.hint));
  }

  /** The connection is gone: nothing that was asked on it will be answered. */
  cutOff(): void {
    for (const id of [...this.#waiting.keys()]) {
      const text = "The connection broke before the machine answered.";
      this.#settle(id)?.reject(
        new CommandFailed("disconnected", text, "It may have arrived: look before you repeat it."),
      );
    }
  }

  #settle(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}
