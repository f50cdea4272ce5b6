import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Taken } from "../api/login";
import { ApiError } from "../api/problem";
import { keys } from "../live/cache";

type Offer = (force: boolean) => Promise<Taken>;

export interface Taking {
  busy: boolean;
  error: unknown;
  taken: Taken | null;
  take(offer: Offer): Promise<boolean>;
  /** Keeps the last one without a trial; unset where that would not help. */
  keepUntried: (() => Promise<boolean>) | undefined;
  forget(): void;
}

/** One login after the other is offered to the machine, which tries it before it takes it. */
export function useTaking(): Taking {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [last, setLast] = useState<Offer | null>(null);
  const go = async (offer: Offer, force: boolean) => {
    setBusy(true);
    setError(null);
    setTaken(null);
    setLast(() => offer);
    try {
      setTaken(await offer(force));
      await client.invalidateQueries({ queryKey: keys.credentials });
      return true;
    } catch (reason) {
      setError(reason);
      return false;
    } finally {
      setBusy(false);
    }
  };
  // It may be good, but nobody answered who could say; whether to keep it then is for a person to decide.
  const isUntried = error instanceof ApiError && error.code === "unavailable";
  return {
    busy,
    error,
    taken,
    take: (offer) => go(offer, false),
    keepUntried: isUntried && last ? () => go(last, true) : undefined,
    forget: () => {
      setError(null);
      setTaken(null);
    },
  };
}
