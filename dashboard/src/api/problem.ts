import { CommandFailed } from "../feed/acks";
import { SignedOut } from "../feed/connection";

/** One thing that is wrong with what was sent: the place is `body.field` or `files.path:line.field`. */
export interface Fault {
  where: string;
  what: string;
}

/** An answer of the machine that is no success: `code` is stable, `hint` says what to do. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }
}

/** Whether somebody else has changed what was to be saved. */
export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiError && error.code === "changed_meanwhile";
}

interface ProblemBody {
  code?: string;
  detail?: string;
  hint?: string;
  errors?: Fault[];
}

/** The error for a failed response; its body is a problem of RFC 9457, or whatever a proxy in between wrote. */
export function errorOf(response: Response, body: unknown): ApiError {
  const problem: ProblemBody = typeof body === "object" && body !== null ? body : {};
  const detail = problem.detail ?? `The machine answered ${response.status} ${response.statusText}.`;
  return new ApiError(response.status, problem.code ?? "unknown", detail, problem.hint ?? "", problem.errors);
}

// A browser tells one TypeError from another by its words alone.
const NOT_REACHED =
  /^(?:failed to fetch$|networkerror|load failed|network error|fetch failed|the network|the internet)/i;
const NOT_LOADED =
  /dynamically imported module|importing a module script failed|unable to preload css|is not a valid javascript mime type/i;

const OWN_MISTAKES: ReadonlySet<string> = new Set(["TypeError", "ReferenceError", "RangeError"]);

/** Whether a part of the page itself did not come: after an upgrade the server has others. */
export function isPartGone(error: unknown): boolean {
  return error instanceof Error && NOT_LOADED.test(error.message);
}

/** What to tell a person about an error of any kind. */
export function problemOf(error: unknown): { message: string; hint: string } {
  if (error instanceof ApiError || error instanceof CommandFailed)
    return { message: error.message, hint: error.hint };
  if (error instanceof SignedOut)
    return { message: "You are not signed in.", hint: "Run `machine login-link`." };
  if (isPartGone(error))
    return {
      message: "A part of this page could not be loaded.",
      hint: "Reload the page: there may be a newer one.",
    };
  if (error instanceof TypeError && NOT_REACHED.test(error.message)) {
    return {
      message: "The machine cannot be reached.",
      hint: "Is it running? This page tries again by itself.",
    };
  }
  if (error instanceof Error && OWN_MISTAKES.has(error.name))
    return { message: `This page made a mistake: ${error.message}`, hint: "Try again, or reload the page." };
  if (error instanceof Error && error.name === "TimeoutError")
    return {
      message: "The machine did not answer in time.",
      hint: "What was asked may still happen: look before you repeat it.",
    };
  return { message: error instanceof Error ? error.message : String(error), hint: "" };
}
