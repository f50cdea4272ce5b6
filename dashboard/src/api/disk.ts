import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type DiskReport = Schemas["DiskReport"];
export type OwnBackups = Schemas["OwnBackups"];
export type Backup = Schemas["BackupFile"];
export type BackupList = Schemas["BackupList"];

export const disk = { get: (): Promise<DiskReport> => done(http.GET("/api/disk")) };

const path = (name: string) => ({ params: { path: { name } } });

export const backups = {
  list: (): Promise<BackupList> => done(http.GET("/api/backups")),
  /** Begins one, encrypted with a passphrase. */
  make: (passphrase: string | null) => done(http.POST("/api/backups", { body: { passphrase } })),
  remove: (name: string) => done(http.DELETE("/api/backups/{name}", path(name))),
  address: (name: string) => `/api/backups/${encodeURIComponent(name)}/content`,
};
