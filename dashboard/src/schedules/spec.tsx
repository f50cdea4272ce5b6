import { useQuery } from "@tanstack/react-query";
import { type ScheduleForm, type ScheduleView, schedules } from "../api/schedules";
import type { FieldsProps, FormSpec } from "../definitions/spec";
import { useSettled } from "../definitions/use-check";
import { faultAt, nameFault, withoutDefaults } from "../domain/definition";
import { timeIn } from "../domain/format";
import { useAgents } from "../live/hooks";
import { Choice, TextField } from "../parts/field";

/** A schedule as it is filled in; what is not said is left to the machine. */
export type ScheduleDraft = Partial<ScheduleForm> & Pick<ScheduleForm, "name" | "cron" | "message">;

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export function scheduleForm(view: ScheduleView): ScheduleDraft {
  const { user_id, words, next_runs, last_run, problem, faults, enabled, builtin, warnings, ...form } = view;
  return form;
}

function ScheduleFields({ form, set, faults, isNew }: FieldsProps<ScheduleDraft>) {
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
        value={form.description ?? ""}
        change={(description) => set({ description })}
        fault={faultAt(faults, "description")}
      />
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
          value={form.timezone ?? "UTC"}
          change={(timezone) => set({ timezone })}
          fault={faultAt(faults, "timezone")}
        />
      </div>
      <Explained cron={form.cron} timezone={form.timezone ?? "UTC"} />
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
    </div>
  );
}

/** What an expression means, while it is typed. */
function Explained({ cron, timezone }: { cron: string; timezone: string }) {
  const asked = useSettled(`${cron}\n${timezone}`);
  const [expression = "", zone = ""] = asked.split("\n");
  const query = useQuery({
    queryKey: ["cron", asked],
    queryFn: () => schedules.explain(expression, zone),
    enabled: !asked.startsWith("\n"),
    retry: false,
  });
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

export const scheduleSpec: FormSpec<ScheduleDraft> = {
  kind: "schedules",
  empty: { name: "", cron: "", message: "", timezone: OWN_ZONE },
  Fields: ScheduleFields,
  missing({ name, cron, message }) {
    const wrong = nameFault(name);
    return [
      ...(wrong ? [{ path: ["name"], what: wrong }] : []),
      ...(cron.trim() ? [] : [{ path: ["cron"], what: "Say when it runs, such as 0 9 * * 1-5." }]),
      ...(message.trim() ? [] : [{ path: ["message"], what: "Say what should be done." }]),
    ];
  },
  toSettings: ({ name: _name, ...settings }) => withoutDefaults(settings, {}),
  fromSettings: (settings, { name }) => ({ cron: "", message: "", ...settings, name }),
  create: schedules.create,
  update: (name, form) => schedules.update(name, form),
};
