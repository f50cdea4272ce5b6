import { useQuery } from "@tanstack/react-query";
import { type ScheduleForm, type ScheduleView, schedules } from "../api/schedules";
import { AgentChoice } from "../definitions/agent-choice";
import { CodeFold, wrongCode } from "../definitions/code-fold";
import type { FieldsProps, FormSpec } from "../definitions/spec";
import { type Tied, tied } from "../definitions/tied";
import { useSettled } from "../definitions/use-check";
import { codeTexts, sourceOf } from "../domain/code";
import { lacking, nameFaults, withoutDefaults } from "../domain/definition";
import { timeIn } from "../domain/format";
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
  const form = Object.fromEntries(FIELDS.map((field) => [field, view[field]])) as unknown as ScheduleForm;
  return { ...form, code: sourceOf(codeTexts(form.code)) };
}

function ScheduleFields({ isNew, ...tie }: FieldsProps<ScheduleForm>) {
  const { form, set, faults } = tie;
  const { field, text } = tied(tie);
  return (
    <div className="space-y-4">
      {isNew && <TextField label="Name" {...field("name")} placeholder="morning-report" />}
      <TextField label="Description" {...field("description")} />
      <WhenFields {...tie} />
      <TextField
        label="Task"
        rows={4}
        {...field("message")}
        placeholder="Sum up what happened in the repository since yesterday."
      />
      <AgentChoice {...text("agent")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice label="If the last one still runs" {...field("overlap")} options={choices(OVERLAPS)} />
        <Choice label="If the machine was off at that time" {...field("missed")} options={choices(MISSED)} />
      </div>
      <CodeFold
        code={form.code}
        faults={faults}
        change={(code) => set({ code })}
        hint="The task gets a clone of its own. Empty: the agent's repository, if it has one."
      />
    </div>
  );
}

function WhenFields(tie: Tied<ScheduleForm>) {
  const { field } = tied(tie);
  const [cron, timezone] = [field("cron"), field("timezone")];
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="When"
          mono
          {...cron}
          placeholder="0 9 * * 1-5"
          hint="Minute, hour, day, month, weekday; or @daily, @weekly."
        />
        <TextField label="Time zone" {...timezone} />
      </div>
      <Explained
        cron={cron.value}
        timezone={timezone.value}
        isRefused={(cron.fault ?? timezone.fault) !== undefined}
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

export const scheduleSpec: FormSpec<ScheduleForm> = {
  kind: "schedules",
  empty: { ...PLAIN, timezone: OWN_ZONE },
  Fields: ScheduleFields,
  missing: ({ name, cron, message, code }) => [
    ...nameFaults(name),
    ...lacking("cron", cron, "Say when it runs, such as 0 9 * * 1-5."),
    ...lacking("message", message, "Say what should be done."),
    ...wrongCode(code),
  ],
  toSettings: ({ name: _name, ...settings }) => withoutDefaults(settings, PLAIN),
  fromSettings: (settings, { name }) => ({ ...PLAIN, ...settings, name }),
  preview: schedules.preview,
  create: schedules.create,
  update: schedules.update,
};
