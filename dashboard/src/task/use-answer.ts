import { useState } from "react";
import type { Answer, Approval } from "../feed/wire";
import { useLive } from "../live/hooks";
import { forgetKept } from "../parts/draft";

export interface Answering {
  /** Sends an answer; the card changes when the machine says that it is answered. */
  answer(answer: Partial<Answer> & Pick<Answer, "decision">, button: string): Promise<void>;
  /** The button whose answer is under way. */
  busy: string | null;
  error: unknown;
  /** Under this name a half-made answer is kept. */
  kept: string;
}

export function useAnswer(approval: Approval): Answering {
  const { feed } = useLive();
  const kept = `approval:${approval.approval_id}`;
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const answer: Answering["answer"] = async (given, button) => {
    setBusy(button);
    setError(null);
    try {
      await feed.send({ type: "approval.answer", approval_id: approval.approval_id, ...given });
      forgetKept(kept);
    } catch (reason) {
      setError(reason);
    }
    setBusy(null);
  };
  return { answer, busy, error, kept };
}
