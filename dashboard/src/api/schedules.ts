import { filed, type Preview, pathFrom } from "./definitions";
import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type ScheduleRun = Schemas["ScheduleRun"];
export type ScheduleForm = Schemas["ScheduleForm"];
/** `enabled`: it is not paused; so that it reads like all other definitions. */
interface AsOthers {
  enabled: boolean;
  builtin: boolean;
  warnings: string[];
}
export type ScheduleView = Schemas["ScheduleView"] & AsOthers;
export type ScheduleDetail = Schemas["ScheduleDetail"] & AsOthers;

const SHOWN_RUNS = 10;

const path = (name: string) => ({ params: { path: { name } } });

function viewOf<View extends Schemas["ScheduleView"]>(schedule: View): View & AsOthers {
  const warnings = schedule.problem ? [schedule.problem] : [];
  return { ...schedule, enabled: !schedule.paused, builtin: false, warnings };
}

// What has a default may be left out; the generated type of a body wants it.
const body = (form: object) => ({ body: form as ScheduleForm });

export const schedules = {
  ...filed("schedules"),
  list: async () => {
    const { items, faults } = await done(http.GET("/api/schedules"));
    return { items: items.map(viewOf), faults };
  },
  get: async (name: string) => viewOf(await done(http.GET("/api/schedules/{name}", path(name)))),
  create: (form: object) => done(http.POST("/api/schedules", body(form))),
  update: (name: string, form: object, beganFrom?: string) =>
    done(http.PUT("/api/schedules/{name}", { ...pathFrom(name, beganFrom), ...body(form) })),
  preview: (form: object): Promise<Preview> => done(http.POST("/api/schedules/preview", body(form))),
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
    done(http.POST("/api/schedules/explain", { body: { cron, timezone } })),
};
