import { done, http, within } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type AgentDetail = Schemas["AgentDetail"];
export type SkillDetail = Schemas["SkillDetail"];
export type AgentForm = Schemas["AgentForm"];
export type SkillForm = Schemas["SkillForm"];
export type Preview = Schemas["Preview"];
export type FileInfo = Schemas["FileInfo"];
export type Drafted = Schemas["Drafted"];
export type DefinitionFault = Schemas["DefinitionFault"];

/** What every definition has in a list, whatever its kind. */
export interface DefinitionView {
  name: string;
  description: string;
  enabled: boolean;
  builtin?: boolean;
  overrides_builtin?: boolean;
}

/** All of one kind, those that are switched off last, and what is wrong with the files of that kind. */
export interface DefinitionList<View extends DefinitionView = DefinitionView> {
  items: View[];
  faults: DefinitionFault[];
}

export interface UploadedFile {
  /** Relative to the folder that it was taken from, or just its name. */
  path: string;
  file: Blob;
}

export interface UploadOptions {
  preview?: boolean;
  replace?: boolean;
  /** Of the preview that was looked at: the machine refuses anything else. */
  content_hash?: string;
}

/** A little more than the machine itself waits for a draft: its own answer says more than a broken wait. */
const DRAFT_PATIENCE_MS = 380_000;

export type Filed = "agents" | "skills" | "webhooks" | "schedules";

// The routes of these kinds are made by one function on the server, too; their paths differ in one word.
const one = (kind: Filed) => `/api/${kind}/{name}` as "/api/agents/{name}";
const path = (name: string) => ({ params: { path: { name } } });

/** With the hash of the version that a change began from: the machine refuses it when another is in force by now. */
export const pathFrom = (name: string, beganFrom?: string) => ({
  params: { path: { name }, query: beganFrom ? { began_from: beganFrom } : {} },
});

function formOf(files: readonly UploadedFile[], options: UploadOptions): FormData {
  const form = new FormData();
  for (const { path, file } of files) form.append("files", file, path);
  for (const [name, value] of Object.entries(options)) form.append(name, String(value));
  return form;
}

function upload(kind: Filed, files: readonly UploadedFile[], options: UploadOptions): Promise<unknown> {
  const body = formOf(files, options);
  return done(
    http.POST(`/api/${kind}/upload` as "/api/agents/upload", {
      // The generated type of a multipart body knows only texts.
      body: body as never,
      bodySerializer: () => body,
    }),
  );
}

/** What all kinds have in common. */
export function filed(kind: Filed) {
  return {
    remove: (name: string) => done(http.DELETE(one(kind), path(name))),
    enable: (name: string) =>
      done(http.POST(`/api/${kind}/{name}/enable` as "/api/agents/{name}/enable", path(name))),
    disable: (name: string) =>
      done(http.POST(`/api/${kind}/{name}/disable` as "/api/agents/{name}/disable", path(name))),
    revert: (name: string) =>
      done(http.POST(`/api/${kind}/{name}/revert` as "/api/agents/{name}/revert", path(name))),
    /** Has one written from words; takes as long as the model does. Nothing is saved. */
    describe: (description: string): Promise<Drafted> =>
      done(
        http.POST(`/api/${kind}/describe` as "/api/agents/describe", {
          body: { description },
          fetch: within(DRAFT_PATIENCE_MS),
        }),
      ),
    exportUrl: (name: string) => `/api/${kind}/${name}/export`,
    previewUpload: (files: readonly UploadedFile[]) =>
      upload(kind, files, { preview: true }) as Promise<Preview>,
    upload: (files: readonly UploadedFile[], options: UploadOptions) => upload(kind, files, options),
  };
}

function whole<View extends DefinitionView>(list: {
  items: View[];
  disabled: View[];
  faults: DefinitionFault[];
}): DefinitionList<View> {
  return { items: [...list.items, ...list.disabled], faults: list.faults };
}

export const agents = {
  ...filed("agents"),
  list: async () => whole(await done(http.GET("/api/agents"))),
  get: (name: string) => done(http.GET("/api/agents/{name}", path(name))),
  create: (form: AgentForm) => done(http.POST("/api/agents", { body: form })),
  update: (name: string, form: AgentForm, beganFrom?: string) =>
    done(http.PUT("/api/agents/{name}", { ...pathFrom(name, beganFrom), body: form })),
  preview: (form: AgentForm) => done(http.POST("/api/agents/preview", { body: form })),
};

export const skills = {
  ...filed("skills"),
  list: async () => whole(await done(http.GET("/api/skills"))),
  get: (name: string) => done(http.GET("/api/skills/{name}", path(name))),
  create: (form: SkillForm) => done(http.POST("/api/skills", { body: form })),
  update: (name: string, form: SkillForm, beganFrom?: string) =>
    done(http.PUT("/api/skills/{name}", { ...pathFrom(name, beganFrom), body: form })),
  preview: (form: SkillForm) => done(http.POST("/api/skills/preview", { body: form })),
};
