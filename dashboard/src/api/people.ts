import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Person = Schemas["UserView"];
export type Role = Schemas["Role"];
export type Scope = Schemas["Scope"];
export type Invitation = Schemas["Invitation"];
export type Token = Schemas["ApiToken"];
export type TokenMade = Schemas["TokenMade"];
export type Login = Schemas["LoginView"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditPage = Schemas["AuditList"];
export type Change = Partial<Schemas["UserPatch"]>;

const AUDIT_PAGE = 50;

const user = (user_id: string) => ({ params: { path: { user_id } } });

export const people = {
  list: async (): Promise<Person[]> => (await done(http.GET("/api/users"))).items,
  get: (id: string): Promise<Person> => done(http.GET("/api/users/{user_id}", user(id))),
  // Fields with a default may be left out; the generated type of a body wants them all.
  change: (id: string, change: Change): Promise<Person> =>
    done(http.PATCH("/api/users/{user_id}", { ...user(id), body: change as Schemas["UserPatch"] })),
  remove: (id: string) => done(http.DELETE("/api/users/{user_id}", user(id))),
  /** One's own; without `old` where there is none so far. */
  setPassword: (fresh: string, old: string | null) =>
    done(http.PUT("/api/auth/password", { body: { new: fresh, old } })),
};

export const invitations = {
  list: async (): Promise<Invitation[]> => (await done(http.GET("/api/invitations"))).items,
  create: (name: string | null, role: Role, hours: number) =>
    done(http.POST("/api/invitations", { body: { name, role, expires_in_hours: hours } })),
  revoke: (id: string) =>
    done(
      http.DELETE("/api/invitations/{invitation_id}", {
        params: { path: { invitation_id: id } },
      }),
    ),
};

export const tokens = {
  list: async (): Promise<Token[]> => (await done(http.GET("/api/tokens"))).items,
  create: (name: string, scope: Scope, days: number | null): Promise<TokenMade> =>
    done(http.POST("/api/tokens", { body: { name, scopes: [scope], expires_in_days: days } })),
  revoke: (id: string) => done(http.DELETE("/api/tokens/{token_id}", { params: { path: { token_id: id } } })),
};

export const logins = {
  list: async (): Promise<Login[]> => (await done(http.GET("/api/logins"))).items,
  end: (id: string) => done(http.DELETE("/api/logins/{login_id}", { params: { path: { login_id: id } } })),
};

/** Which entries: by a person's id, by an action, from a moment on. */
export interface AuditChoice {
  actor?: string | undefined;
  action?: string | undefined;
  since?: string | undefined;
}

function asked({ actor, action, since }: AuditChoice): Record<string, string> {
  return { ...(actor && { actor }), ...(action && { action }), ...(since && { since }) };
}

export const audit = {
  list: (choice: AuditChoice, cursor: string | null): Promise<AuditPage> =>
    done(
      http.GET("/api/audit", {
        params: { query: { ...asked(choice), limit: AUDIT_PAGE, ...(cursor && { cursor }) } },
      }),
    ),
  /** All that was ever done here. */
  actions: async (): Promise<string[]> => (await done(http.GET("/api/audit/actions"))).items,
  exportUrl: (choice: AuditChoice, format: "csv" | "jsonl") =>
    `/api/audit/export?${new URLSearchParams({ ...asked(choice), format })}`,
};
