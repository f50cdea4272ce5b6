import type { ComponentType } from "react";
import type { Preview } from "../api/definitions";
import type { FieldFault, KindId } from "../domain/definition";
import type { Tied } from "./tied";

export interface FieldsProps<Form> extends Tied<Form> {
  isNew: boolean;
}

export interface Secret {
  title: string;
  secret: string;
  /** What to do with it. */
  what: string;
}

/** The text that an agent and a skill consist of. */
export const INSTRUCTIONS = {
  label: "Instructions",
  get: ({ instructions }: { instructions: string }) => instructions,
  set: (instructions: string) => ({ instructions }),
};

/** How one kind of definition is filled in, checked and saved. */
export interface FormSpec<Form extends { name: string }> {
  kind: KindId;
  empty: Form;
  Fields: ComponentType<FieldsProps<Form>>;
  /** What must be there before the machine is asked what it thinks of it; `before` is the one that is changed. */
  missing(form: Form, before?: Form): FieldFault[];
  /** What stands in the YAML: everything that has a place of its own on the page is left out. */
  toSettings(form: Form): object;
  fromSettings(settings: Record<string, unknown>, form: Form): Form;
  /** The text that is written in Markdown, where there is one. */
  body?: { label: string; get(form: Form): string; set(text: string): Partial<Form> };
  /** What would be saved. Rejects with the faults of the form. */
  preview?(form: Form): Promise<Preview>;
  /** Said once it is saved, with a secret that is never shown again; null where there is none. */
  shownOnce?(form: Form): Secret | null;
  create(form: Form): Promise<unknown>;
  /** `beganFrom`: the hash of the version that the form was filled in with. */
  update?(name: string, form: Form, beganFrom?: string): Promise<unknown>;
}
