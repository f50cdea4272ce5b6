import type { ProviderName, Trigger } from "../api/webhooks";
import { ListField } from "../definitions/list-field";
import { PROFILES } from "../definitions/profiles";
import { type FieldFault, faultAt } from "../domain/definition";
import { useAgents } from "../live/hooks";
import { Entry } from "../parts/entry";
import { Check, Choice, TextField } from "../parts/field";
import type { TriggerDraft } from "./draft";
import { peopleOf, whoOf } from "./people";
import { hintsOf } from "./provider-hints";

interface TriggerProps {
  trigger: TriggerDraft;
  index: number;
  provider: ProviderName;
  faults: readonly FieldFault[];
  mayReply: boolean;
  change(changes: Partial<TriggerDraft>): void;
  remove(): void;
}

/** Which events start which work, for whom. */
export function TriggerFields(props: TriggerProps) {
  const { trigger, index, provider, faults, change, remove } = props;
  const at = (field: keyof Trigger) => faultAt(faults, "triggers", index, field);
  const hints = hintsOf(provider);
  return (
    <Entry name={`trigger ${index + 1}`} remove={remove}>
      <ListField
        label="Events"
        list={trigger.events}
        change={(events) => change({ events })}
        placeholder={hints.events}
        hint={`With commas, ${hints.writing}; * means every event.`}
        fault={at("events")}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <AgentChoice
          value={trigger.agent ?? ""}
          change={(agent) => change({ agent: agent || null })}
          fault={at("agent")}
        />
        <ListField
          label="Trusted people"
          list={peopleOf(trigger.who)}
          change={(named) => change({ who: whoOf(named) })}
          placeholder="nobody"
          hint={`${hints.people}: their events count. With nobody here everybody's do, with tools to look only.`}
          fault={at("who")}
        />
      </div>
      <TrustedFields {...props} fault={at("profile")} />
      <TextField
        label="Task"
        rows={2}
        value={trigger.prompt ?? ""}
        change={(prompt) => change({ prompt })}
        placeholder="Plan how to mend {{ title }}."
        hint="With {{ title }}, {{ text }}, {{ url }}, {{ number }}, {{ payload.any.thing }}. More fields, such as conditions: YAML."
        fault={at("prompt") ?? at("condition")}
      />
      {(props.mayReply || trigger.reply) && (
        <Check
          label="Write the answer where the event came from"
          checked={trigger.reply ?? false}
          change={(reply) => change({ reply })}
        />
      )}
    </Entry>
  );
}

/** How much the tasks of trusted people may do, and whether anybody else starts some at all. */
function TrustedFields({
  trigger,
  change,
  fault,
}: Pick<TriggerProps, "trigger" | "change"> & { fault: string | undefined }) {
  if (peopleOf(trigger.who).length === 0) return null;
  return (
    <>
      <Choice
        label="Profile of their tasks"
        value={trigger.profile ?? "standard"}
        change={(profile) => change({ profile })}
        options={PROFILES}
        hint="The most that they may do; the agent's own profile counts, too, where it is narrower."
        fault={fault}
      />
      <Check
        label="Events of everybody else start tasks, too, with tools to look only"
        checked={trigger.others === "untrusted"}
        change={(count) => change({ others: count ? "untrusted" : "ignore" })}
      />
    </>
  );
}

function AgentChoice({
  value,
  change,
  fault,
}: {
  value: string;
  change(agent: string): void;
  fault: string | undefined;
}) {
  const agents = useAgents().data ?? [];
  const names = new Set([...agents.map(({ name }) => name), ...(value ? [value] : [])]);
  return (
    <Choice
      label="Agent"
      value={value}
      change={change}
      options={[["", "The machine decides"], ...[...names].map((name) => [name, name] as const)]}
      fault={fault}
    />
  );
}
