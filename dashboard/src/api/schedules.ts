import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type ScheduleRun = Schemas["ScheduleRun"];
export type ScheduleForm = Schemas["ScheduleForm"];
/** `enabled`: it is not paused; so that it reads like all other definitions. */
export type ScheduleView = Schemas["ScheduleView"] & {
  enabled: boolean;
  builtin: boolean;
  warnings: string[];
};

const SHOWN_RUNS = 10;

const path = (name: string) => ({ params: { path: { name } } });

function viewOf(schedule: Schemas["ScheduleView"]): ScheduleView {
  return { ...schedule, enabled: !schedule.paused, builtin: false, warnings: [] };
}

export const schedules = {
  list: async () => {
    const { items, faults } = await done(http.GET("/api/schedules"));
    return { items: items.map(viewOf), faults };
  },
  get: async (name: string) => viewOf(await done(http.GET("/api/schedules/{name}", path(name)))),
  /** What has a default may be left out. */
  create: (form: object) => done(http.POST("/api/schedules", { body: form as ScheduleForm })),
  update: (name: string, form: object) =>
    done(http.PUT("/api/schedules/{name}", { ...path(name), body: form as ScheduleForm })),
  remove: (name: string) => done(http.DELETE("/api/schedules/{name}", path(name))),
  disable: (name: string) => done(http.POST("/api/schedules/{name}/pause", path(name))),
  enable: (name: string) => done(http.POST("/api/schedules/{name}/resume", path(name))),
  run: (name: string) => done(http.POST("/api/schedules/{name}/run", path(name))),
  /** Makes it the reader's own. */
  takeOver: (name: string) => done(http.POST("/api/schedules/{name}/owner", path(name))),
  /** What became of its last times, newest first. */
  runs: async (name: string): Promise<ScheduleRun[]> => {
    const query = { limit: SHOWN_RUNS };
    return (await done(http.GET("/api/schedules/{name}/runs", { params: { path: { name }, query } }))).items;
  },
  /** When an expression would run next, and what it says in words. Rejects for what is none. */
  explain: (cron: string, timezone: string) =>
    done(http.POST("/api/schedules/preview", { body: { cron, timezone } })),
};
