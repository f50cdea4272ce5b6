import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Health = Schemas["HealthView"];
export type Finding = Schemas["FindingView"];

/** What `machine doctor` says. */
export const health = { get: () => done(http.GET("/api/health")) };
