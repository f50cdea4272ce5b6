import { useQuery } from "@tanstack/react-query";
import { type ScheduleForm, type ScheduleView, schedules } from "../api/schedules";
import type { FieldsProps, FormSpec } from "../definitions/spec";
import { useSettled } from "../definitions/use-check";
import { faultAt, nameFault, withoutDefaults } from "../domain/definition";
import { timeIn } from "../domain/format";
import { useAgents } from "../live/hooks";
import { Choice, TextField } from "../parts/field";
import { choices, MISSED, OVERLAPS } from "./words";

/** What the machine takes where nothing is said. */
const PLAIN: ScheduleForm = {
  name: "",
  description: "",
  cron: "",
  timezone: "UTC",
  message: "",
  title: null,
  agent: null,
  code: null,
  missed: "skip",
  overlap: "skip",
  paused: false,
  priority: 0,
  timeout_seconds: null,
  max_turns: null,
  max_budget_usd: null,
};
const FIELDS = Object.keys(PLAIN) as (keyof ScheduleForm)[];
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A schedule, as its form would have made it. */
export function scheduleForm(view: ScheduleView): ScheduleForm {
  return Object.fromEntries(FIELDS.map((field) => [field, view[field]])) as unknown as ScheduleForm;
}

function ScheduleFields({ form, set, faults, isNew }: FieldsProps<ScheduleForm>) {
  const agents = useAgents().data ?? [];
  const names = new Set([...agents.map(({ name }) => name), ...(form.agent ? [form.agent] : [])]);
  return (
    <div className="space-y-4">
      {isNew && (
        <TextField
          label="Name"
          value={form.name}
          change={(name) => set({ name })}
          placeholder="morning-report"
          fault={faultAt(faults, "name")}
        />
      )}
      <TextField
        label="Description"
        value={form.description}
        change={(description) => set({ description })}
        fault={faultAt(faults, "description")}
      />
      <WhenFields form={form} set={set} faults={faults} />
      <TextField
        label="Task"
        rows={4}
        value={form.message}
        change={(message) => set({ message })}
        placeholder="Sum up what happened in the repository since yesterday."
        fault={faultAt(faults, "message")}
      />
      <Choice
        label="Agent"
        value={form.agent ?? ""}
        change={(agent) => set({ agent: agent || null })}
        options={[["", "The machine decides"], ...[...names].map((name) => [name, name] as const)]}
        fault={faultAt(faults, "agent")}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label="If the last one still runs"
          value={form.overlap}
          change={(overlap) => set({ overlap })}
          options={choices(OVERLAPS)}
          fault={faultAt(faults, "overlap")}
        />
        <Choice
          label="If the machine was off at that time"
          value={form.missed}
          change={(missed) => set({ missed })}
          options={choices(MISSED)}
          fault={faultAt(faults, "missed")}
        />
      </div>
    </div>
  );
}

function WhenFields({ form, set, faults }: Omit<FieldsProps<ScheduleForm>, "isNew">) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="When"
          mono
          value={form.cron}
          change={(cron) => set({ cron })}
          placeholder="0 9 * * 1-5"
          hint="Minute, hour, day, month, weekday; or @daily, @weekly."
          fault={faultAt(faults, "cron")}
        />
        <TextField
          label="Time zone"
          value={form.timezone}
          change={(timezone) => set({ timezone })}
          fault={faultAt(faults, "timezone")}
        />
      </div>
      <Explained
        cron={form.cron}
        timezone={form.timezone}
        isRefused={(faultAt(faults, "cron") ?? faultAt(faults, "timezone")) !== undefined}
      />
    </>
  );
}

interface ExplainedProps {
  cron: string;
  timezone: string;
  /** What is wrong with them stands at their fields already. */
  isRefused: boolean;
}

/** What an expression means, while it is typed. */
function Explained({ cron, timezone, isRefused }: ExplainedProps) {
  const asked = useSettled(`${cron}\n${timezone}`);
  const [expression = "", zone = ""] = asked.split("\n");
  const query = useQuery({
    queryKey: ["cron", asked],
    queryFn: () => schedules.explain(expression, zone),
    enabled: !asked.startsWith("\n"),
    retry: false,
  });
  if (isRefused) return null;
  if (query.error) {
    return (
      <p role="alert" className="text-bad text-xs">
        {query.error.message}
      </p>
    );
  }
  if (!query.data) return null;
  return (
    <p role="status" className="text-soft">
      {query.data.words}
      {query.data.next_runs[0] && `. Next: ${timeIn(query.data.next_runs[0], zone)}.`}
    </p>
  );
}

/** Also of what YAML made of it: a number, or nothing at all. */
function isBlank(value: unknown): boolean {
  return value == null || String(value).trim() === "";
}

export const scheduleSpec: FormSpec<ScheduleForm> = {
  kind: "schedules",
  empty: { ...PLAIN, timezone: OWN_ZONE },
  Fields: ScheduleFields,
  missing({ name, cron, message }) {
    const wrong = nameFault(name);
    return [
      ...(wrong ? [{ path: ["name"], what: wrong }] : []),
      ...(isBlank(cron) ? [{ path: ["cron"], what: "Say when it runs, such as 0 9 * * 1-5." }] : []),
      ...(isBlank(message) ? [{ path: ["message"], what: "Say what should be done." }] : []),
    ];
  },
  toSettings: ({ name: _name, ...settings }) => withoutDefaults(settings, PLAIN),
  fromSettings: (settings, { name }) => ({ ...PLAIN, ...settings, name }),
  preview: schedules.preview,
  create: schedules.create,
  update: schedules.update,
};
