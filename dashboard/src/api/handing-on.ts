import type { Task } from "../domain/task";
import { done, http, type TaskView } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type RoutingRule = Schemas["RoutingRule"];
export type Corrected = Schemas["RoutingCorrected"];

const one = (id: string) => ({ params: { path: { task_id: id } } });
/** More than ever carry out one plan. */
const CHILDREN = 50;

/** How a task comes to another agent: by its plan, or by a person's word on who should have it. */
export const handingOn = {
  /** The tasks that began with that one, newest first. */
  async children(id: string): Promise<Task[]> {
    const query = { parent_task_id: id, limit: CHILDREN };
    return (await done(http.GET("/api/tasks", { params: { query } }))).items;
  },
  /** The task that carries the plan out; refused where there is one already, unless it is wanted `again`. */
  carryOut: (id: string, comment: string | null, again: boolean): Promise<TaskView> =>
    done(http.POST("/api/tasks/{task_id}/approve-plan", { ...one(id), body: { comment, again } })),
  /** `restart`: if it works, it may be stopped. The rule is kept with the agent. */
  giveTo: (id: string, agent: string, restart: boolean, rule: RoutingRule | null): Promise<Corrected> =>
    done(
      http.POST("/api/tasks/{task_id}/routing", {
        ...one(id),
        body: { agent, restart, rule, make_rule: rule !== null },
      }),
    ),
};
