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

/** What to tell a person about an error of any kind. */
export function problemOf(error: unknown): { message: string; hint: string } {
  if (error instanceof ApiError || error instanceof CommandFailed)
    return { message: error.message, hint: error.hint };
  if (error instanceof SignedOut)
    return { message: "You are not signed in.", hint: "Run `machine login-link`." };
  if (error instanceof TypeError) {
    return {
      message: "The machine cannot be reached.",
      hint: "Is it running? This page tries again by itself.",
    };
  }
  return { message: error instanceof Error ? error.message : String(error), hint: "" };
}
