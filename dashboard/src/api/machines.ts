import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Machine = Schemas["MachineView"];
export type MachineList = Schemas["MachineList"];

const path = (machine_id: string) => ({ params: { path: { machine_id } } });

export const machines = {
  list: (): Promise<MachineList> => done(http.GET("/api/machines")),
  /** No more tasks there; what it runs goes on. */
  drain: (id: string): Promise<Machine> => done(http.POST("/api/machines/{machine_id}/drain", path(id))),
  resume: (id: string): Promise<Machine> => done(http.POST("/api/machines/{machine_id}/resume", path(id))),
};
