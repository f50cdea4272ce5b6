import { type SkillDetail, type SkillForm, skills } from "../api/definitions";
import { faultAt, lacking, nameFaults, withoutDefaults } from "../domain/definition";
import { useDefinitions } from "../live/hooks";
import { Choice, TextField } from "../parts/field";
import { ListField } from "./list-field";
import { PickField } from "./pick-field";
import { type FieldsProps, type FormSpec, INSTRUCTIONS } from "./spec";
import { type Tied, tied } from "./tied";

const EMPTY: SkillForm = {
  name: "",
  description: "",
  instructions: "",
  agents: ["brain"],
  allowed_tools: [],
};

export function skillForm({ name, description, instructions, agents, tools }: SkillDetail): SkillForm {
  return { name, description, instructions, agents, allowed_tools: tools };
}

function SkillFields({ isNew, ...tie }: FieldsProps<SkillForm>) {
  const { field } = tied(tie);
  return (
    <div className="space-y-4">
      {isNew && (
        <TextField
          label="Name"
          {...field("name")}
          placeholder="release-notes"
          hint="Lower-case letters, digits and hyphens."
        />
      )}
      <TextField
        label="Description"
        rows={2}
        {...field("description")}
        placeholder="Writes release notes from the commits since the last tag. Use it before a release."
        hint="What it does and when to use it: by these words an agent decides to read it."
      />
      <ReachFields {...tie} />
      <ListField
        label="Tools without asking"
        {...field("allowed_tools")}
        placeholder="Bash(git log:*)"
        hint="With commas. They need nobody's permission while the skill is at work."
      />
    </div>
  );
}

type Reach = "all" | "some";

/** For all agents, or for those that are named. */
function ReachFields({ form, set, faults }: Tied<SkillForm>) {
  const known = useDefinitions("agents").data?.items.map(({ name }) => name);
  const { agents: reach } = form;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Choice<Reach>
        label="For"
        value={reach === "all" ? "all" : "some"}
        change={(chosen) => set({ agents: chosen === "all" ? "all" : ["brain"] })}
        options={[
          ["some", "Some agents"],
          ["all", "All agents"],
        ]}
      />
      {reach !== "all" && (
        <PickField
          label="Agents"
          known={known}
          value={reach}
          change={(names) => set({ agents: names })}
          fault={faultAt(faults, "agents")}
        />
      )}
    </div>
  );
}

export const skillSpec: FormSpec<SkillForm> = {
  kind: "skills",
  empty: EMPTY,
  Fields: SkillFields,
  missing: ({ name, description, instructions }) => [
    ...nameFaults(name),
    ...lacking("description", description, "Say what it does and when to use it."),
    ...lacking("instructions", instructions, "Say how the work is done."),
  ],
  toSettings({ name: _name, instructions: _instructions, ...settings }) {
    return { description: settings.description, ...withoutDefaults(settings, { allowed_tools: [] }) };
  },
  fromSettings: (settings, { name, instructions }) => ({ ...EMPTY, ...settings, name, instructions }),
  body: INSTRUCTIONS,
  preview: skills.preview,
  create: skills.create,
  update: skills.update,
};
