import createClient from "openapi-fetch";
import { SignedOut } from "../feed/connection";
import type { EventPage } from "../feed/stream";
import type { TaskStatus } from "../feed/wire";
import { statusesOf, type TaskFilter } from "../tasks/filter";
import { ApiError, errorOf } from "./problem";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Status = Schemas["StatusView"];
export type MachineWarning = Schemas["MachineWarning"];
export type TaskPage = Schemas["TaskList"];
export type TaskView = Schemas["TaskView"];
export type TaskDetail = Schemas["TaskDetail"];
export type NewTask = Schemas["NewTask"];

const PATIENCE_MS = 30_000;
const EVENTS_PAGE = 2_000;
const LIST_PAGE = 50;
const LARGEST_PAGE = 200;

/** A fetch that waits so long for an answer. */
export const within = (ms: number) => (request: Request) =>
  fetch(request, { signal: AbortSignal.timeout(ms) });

export const http = createClient<paths>({ baseUrl: location.origin, fetch: within(PATIENCE_MS) });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the machine answered; a problem becomes an ApiError. */
async function answered<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (!response.ok) throw errorOf(response, error);
  return data as T;
}

/** The same for all that is behind the login; without one it is SignedOut. */
export async function done<T>(request: Promise<Answer<T>>): Promise<T> {
  try {
    return await answered(request);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) throw new SignedOut("You are not signed in.");
    throw error;
  }
}

export const machine = {
  login: (secret: string) => answered(http.POST("/api/auth/login", { body: { secret } })),
  loginWithPassword: (given: { name: string; password: string }) =>
    answered(http.POST("/api/auth/login", { body: given })),
  acceptInvitation: (secret: string, name: string | null, password: string) =>
    answered(http.POST("/api/auth/invite", { body: { secret, name, password } })),
  logout: () => done(http.POST("/api/auth/logout")),
  status: () => done(http.GET("/api/status")),
  openSession: async () => (await done(http.POST("/api/sessions"))).session_id,

  /** One page of the tasks with one of these statuses, newest first: some, or as many as the machine gives at once. */
  tasks(cursor: string | null, status: TaskStatus[], count: "some" | "most" = "some"): Promise<TaskPage> {
    const limit = count === "some" ? LIST_PAGE : LARGEST_PAGE;
    const query = { limit, status, ...(cursor ? { cursor } : {}) };
    return done(http.GET("/api/tasks", { params: { query } }));
  },
  // Fields with a default may be left out; the generated type of a body wants them all.
  start: (task: Partial<NewTask> & Pick<NewTask, "message">): Promise<TaskView> =>
    done(http.POST("/api/tasks", { body: task as NewTask })),
  /** One page of the tasks that fit, newest first. */
  list(filter: TaskFilter, cursor: string | null, limit = LIST_PAGE): Promise<TaskPage> {
    const { agent, person, q } = filter;
    const source = filter.source as Schemas["TaskSource"] | undefined;
    const narrowed = { agent: agent ?? null, source: source ?? null, user_id: person ?? null, q: q ?? "" };
    const where = { machine_id: filter.machine ?? null, lane: filter.chats ? null : ("work" as const) };
    const query = { limit, cursor, status: statusesOf(filter), ...narrowed, ...where };
    return done(http.GET("/api/tasks", { params: { query } }));
  },
  conversation(id: string): Promise<TaskPage> {
    return done(http.GET("/api/tasks", { params: { query: { conversation_id: id, limit: LARGEST_PAGE } } }));
  },
  task: (id: string): Promise<TaskDetail> =>
    done(http.GET("/api/tasks/{task_id}", { params: { path: { task_id: id } } })),
  output: (id: string): Promise<string> =>
    done(
      http.GET("/api/tasks/{task_id}/output", { params: { path: { task_id: id } }, parseAs: "text" }),
    ) as Promise<string>,
  push: (id: string) => done(http.POST("/api/tasks/{task_id}/push", { params: { path: { task_id: id } } })),
  replyAgain: (id: string) =>
    done(http.POST("/api/tasks/{task_id}/reply", { params: { path: { task_id: id } } })),
  diff: (id: string) => done(http.GET("/api/tasks/{task_id}/diff", { params: { path: { task_id: id } } })),
  retry: (id: string): Promise<TaskView> =>
    done(http.POST("/api/tasks/{task_id}/retry", { params: { path: { task_id: id } } })),

  async events(id: string, after: number): Promise<EventPage> {
    const params = { path: { task_id: id }, query: { after, limit: EVENTS_PAGE } };
    const page: unknown = await done(http.GET("/api/tasks/{task_id}/events", { params }));
    // The generated type of a union inside a list has lost the tags; TaskEvent is the same union, with them.
    return page as EventPage;
  },
};
