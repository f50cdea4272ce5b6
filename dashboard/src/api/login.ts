import { done, http, within } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Credentials = Schemas["CredentialsView"];
export type Verdict = Schemas["ValidationView"];
export type Taken = Schemas["TakenView"];
export type LoginBegun = Schemas["LoginBegun"];
/** A key or a token that is kept here, by the end of its address. */
export type Kept = "api-key" | "oauth-token";

// Each of these makes a real request, which the CLI tries again for a while.
const TRIAL_PATIENCE_MS = 180_000;
const patient = { fetch: within(TRIAL_PATIENCE_MS) };

const kept = (kind: Kept) => `/api/credentials/${kind}` as "/api/credentials/api-key";

/** Claude's login. No secret ever comes back. */
export const login = {
  get: () => done(http.GET("/api/credentials")),
  validate: () => done(http.POST("/api/credentials/validate", patient)),
  /** `force` keeps it where nobody answers who could say that it is good. */
  upload: (file: Blob, force: boolean): Promise<Taken> =>
    done(
      http.POST("/api/credentials/upload", {
        ...patient,
        params: { query: { force } },
        headers: { "Content-Type": "application/json" },
        // The file goes as it is, whatever is in it: what is wrong with it the machine says best.
        body: file as never,
        bodySerializer: () => file,
      }),
    ),
  keep: (kind: Kept, value: string, force: boolean): Promise<Taken> =>
    done(http.PUT(kept(kind), { ...patient, body: { value, force } })),
  drop: (kind: Kept) => done(http.DELETE(kept(kind))),
  begin: () => done(http.POST("/api/credentials/login", patient)),
  complete: (code: string) => done(http.POST("/api/credentials/login/code", { ...patient, body: { code } })),
  logOut: () => done(http.POST("/api/credentials/logout", { body: { confirm: true } })),
};
