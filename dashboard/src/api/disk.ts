import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type DiskReport = Schemas["DiskReport"];
export type OwnBackups = Schemas["OwnBackups"];

export const disk = { get: (): Promise<DiskReport> => done(http.GET("/api/disk")) };
