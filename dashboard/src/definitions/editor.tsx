import { useBlocker } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { ApiError, isChangedMeanwhile } from "../api/problem";
import { type FieldFault, faultAt, fieldFaults } from "../domain/definition";
import { CodeEditor } from "../editor/code-editor";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Part } from "../parts/part";
import { ShownOnce } from "../parts/shown-once";
import { Failed, Loading } from "../parts/states";
import { ChangedMeanwhile } from "./changed-meanwhile";
import { PreviewCard } from "./preview";
import type { FormSpec, Secret } from "./spec";
import { useCheck } from "./use-check";

const YamlSettings = lazy(() => import("./yaml-settings"));

interface Props<Form extends { name: string }> {
  spec: FormSpec<Form>;
  /** The one that is changed; unset: it is a new one. */
  initial?: Form;
  /** What a new one begins with; unset: nothing. */
  draft?: Form;
  /** The version that is changed, and how it is brought here anew when somebody else has changed it meanwhile. */
  version?: Version | undefined;
  /** After it was saved. */
  saved(name: string): void;
  cancel(): void;
  /** Stands above the form. */
  children?: ReactNode;
}

export interface Version {
  /** What is changed began as this. */
  beganFrom: string;
  /** What is in force by now. */
  newest: string;
  load(): Promise<unknown>;
}

type Mode = "form" | "yaml";

/** A definition filled in by hand: fields or YAML, its text, and beside it what would be saved. */
export function DefinitionEditor<Form extends { name: string }>(props: Props<Form>) {
  const { spec, initial, cancel, children } = props;
  const edit = useEdit(props);
  const { form, set, check, faults } = edit;
  const [mode, setMode] = useState<Mode>("form");
  const { Fields, body } = spec;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save();
      }}
      className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]"
    >
      <div className="min-w-0 space-y-5">
        {children}
        <ModeSwitch mode={mode} change={setMode} locked={edit.brokenYaml !== null} />
        {mode === "form" ? (
          <Fields form={form} set={set} faults={faults} isNew={!initial} />
        ) : (
          <Part name="The YAML">
            <Suspense fallback={<Loading label="Loading the editor" />}>
              <YamlSettings
                label="Settings"
                initial={spec.toSettings(form)}
                faults={check.faults}
                change={(settings) => set(spec.fromSettings(settings, form))}
                broken={edit.setBrokenYaml}
              />
            </Suspense>
          </Part>
        )}
        {body && (
          <CodeEditor
            label={body.label}
            language="markdown"
            value={body.get(form)}
            change={(text) => set(body.set(text))}
            fault={faultAt(faults, "instructions")}
          />
        )}
        {edit.isOld && props.version && <ChangedMeanwhile load={props.version.load} />}
        <SaveBar edit={edit} isNew={!initial} cancel={cancel} />
      </div>
      <Beside check={check} hasPreview={spec.preview !== undefined} />
      <LeaveQuestion edit={edit} />
      {edit.secret && (
        <ShownOnce {...edit.secret} close={() => props.saved(form.name)}>
          {edit.secret.what}
        </ShownOnce>
      )}
    </form>
  );
}

/** What is being written, what is wrong with it, and how it is saved. */
function useEdit<Form extends { name: string }>({ spec, initial, draft, version, saved }: Props<Form>) {
  const begun = useRef(initial ?? spec.empty);
  const isSaved = useRef(false);
  const [form, setForm] = useState<Form>(draft ?? begun.current);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [brokenYaml, setBrokenYaml] = useState<string | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const check = useCheck(spec, form, initial);
  const missing = spec.missing(form, initial).filter((fault) => tried || isBegun(form, fault));
  const refused = error instanceof ApiError ? fieldFaults(error.faults) : [];
  const set = (changes: Partial<Form>) => {
    setForm((now) => ({ ...now, ...changes }));
    setError(null);
  };
  const save = async () => {
    setTried(true);
    if (busy || brokenYaml !== null || spec.missing(form, initial).length > 0) return;
    setBusy(true);
    setError(null);
    try {
      await (initial && spec.update
        ? spec.update(initial.name, form, version?.beganFrom)
        : spec.create(form));
      isSaved.current = true;
      const secret = spec.shownOnce?.(form);
      if (secret) setSecret(secret);
      else saved(form.name);
    } catch (reason) {
      setError(reason);
    }
    setBusy(false);
  };
  const isDirty = () => !isSaved.current && JSON.stringify(form) !== JSON.stringify(begun.current);
  const isOld =
    isChangedMeanwhile(error) ||
    (!isSaved.current && version !== undefined && version.newest !== version.beganFrom);
  const faults = [...missing, ...check.faults, ...refused];
  return {
    form,
    set,
    check,
    faults,
    save,
    busy,
    error,
    brokenYaml,
    setBrokenYaml,
    isDirty,
    tried,
    secret,
    isOld,
  };
}

type Edit = Pick<
  ReturnType<typeof useEdit>,
  "busy" | "error" | "brokenYaml" | "isDirty" | "check" | "faults" | "tried"
>;

/** Whether the field of a fault holds something: nobody is blamed for what they have not come to yet. */
function isBegun(form: object, { path }: FieldFault): boolean {
  const [field = ""] = path;
  const value = (form as Record<string, unknown>)[field];
  return typeof value === "string" && value !== "";
}

function ModeSwitch({ mode, change, locked }: { mode: Mode; change(mode: Mode): void; locked: boolean }) {
  const names: readonly (readonly [Mode, string])[] = [
    ["form", "Form"],
    ["yaml", "YAML"],
  ];
  return (
    <fieldset
      className="inline-flex rounded-md border p-0.5"
      title="The same settings, as fields or as a file."
    >
      <legend className="sr-only">Settings as</legend>
      {names.map(([key, name]) => (
        <button
          key={key}
          type="button"
          aria-pressed={mode === key}
          disabled={locked && mode !== key}
          onClick={() => change(key)}
          className={`h-6 rounded-sm px-2.5 font-medium text-xs disabled:opacity-55 ${mode === key ? "bg-hover text-ink" : "text-soft hover:text-ink"}`}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

function SaveBar({ edit, isNew, cancel }: { edit: Edit; isNew: boolean; cancel(): void }) {
  const { error, brokenYaml, tried, faults, check } = edit;
  const isPlaced = error instanceof ApiError && error.faults.length > 0;
  const unplaced = faults.filter(({ path }) => path.length === 0);
  return (
    <div className="space-y-3 border-t pt-4">
      {error !== null && !isChangedMeanwhile(error) && <Failed what="It was not saved." error={error} />}
      {check.error !== null && error === null && (
        <Failed what="It could not be checked." error={check.error} />
      )}
      {brokenYaml !== null && <p className="text-bad">The YAML cannot be read. {brokenYaml}</p>}
      {!isPlaced && unplaced.length > 0 && <p className="text-bad">{faultAt(unplaced)}</p>}
      {tried && error === null && faults.length > 0 && (
        <p role="status" className="text-bad">
          Something is missing or wrong: see the red lines above.
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" busy={edit.busy} disabled={brokenYaml !== null}>
          {isNew ? "Create" : "Save"}
        </Button>
        <Button onClick={cancel}>Cancel</Button>
      </div>
    </div>
  );
}

function Beside({ check, hasPreview }: { check: Edit["check"]; hasPreview: boolean }) {
  if (!hasPreview) return null;
  return (
    <aside aria-label="What would be saved" className="min-w-0 lg:sticky lg:top-0 lg:self-start">
      {check.preview ? (
        <PreviewCard preview={check.preview} />
      ) : (
        <p className="rounded-lg border border-dashed p-4 text-faint">
          {check.faults.length > 0
            ? "Nothing would be saved yet: something is wrong with the form."
            : "What would be saved appears here while you write."}
        </p>
      )}
    </aside>
  );
}

function LeaveQuestion({ edit }: { edit: Edit }) {
  const blocker = useBlocker({
    shouldBlockFn: edit.isDirty,
    enableBeforeUnload: edit.isDirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Confirm
      title="Leave without saving?"
      action="Leave"
      act={async () => blocker.proceed()}
      close={blocker.reset}
    >
      What you have written is not saved yet.
    </Confirm>
  );
}
