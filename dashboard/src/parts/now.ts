import { useEffect, useState } from "react";

/** The time, again every `everyMs`, for what counts seconds or tells how long ago something was. */
export function useNow(everyMs: number, runs = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, runs]);
  return now;
}
