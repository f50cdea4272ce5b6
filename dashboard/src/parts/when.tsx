import { fullTime, moment } from "../domain/format";
import { relative } from "../domain/relative";
import { useNow } from "./now";

const MINUTE_MS = 60_000;

/** A moment as people say it; exactly to whoever points at it. */
export function When({ at }: { at: string }) {
  const now = useNow(MINUTE_MS);
  return (
    <time dateTime={at} title={fullTime(at)} className="numeric whitespace-nowrap">
      {relative(at, now)}
    </time>
  );
}

/** When something was said: the time alone where it was today. */
export function SaidAt({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)} className="numeric whitespace-nowrap">
      {moment(at, Date.now())}
    </time>
  );
}
