import { useState } from "react";
import type { ProviderName, Trigger } from "../api/webhooks";
import { ListField } from "../definitions/list-field";
import { PROFILES } from "../definitions/profiles";
import { type FieldFault, faultAt } from "../domain/definition";
import { useAgents } from "../live/hooks";
import { Entry } from "../parts/entry";
import { Check, Choice, TextField } from "../parts/field";
import { Foldable } from "../parts/fold";
import type { TriggerDraft } from "./draft";
import { peopleOf, whoOf } from "./people";
import { hintsOf } from "./provider-hints";
import { WHEN_BUSY } from "./when-busy";

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
        hint="With {{ title }}, {{ text }}, {{ url }}, {{ number }}, {{ payload.any.thing }}. More fields, such as checkout: YAML."
        fault={at("prompt")}
      />
      {(props.mayReply || trigger.reply) && (
        <Check
          label="Write the answer where the event came from"
          checked={trigger.reply ?? false}
          change={(reply) => change({ reply })}
        />
      )}
      <Narrower trigger={trigger} change={change} at={at} />
      <Check
        label="On: its events start tasks"
        checked={trigger.enabled ?? true}
        change={(enabled) => change({ enabled })}
        fault={at("enabled")}
      />
    </Entry>
  );
}

interface NarrowerProps extends Pick<TriggerProps, "trigger" | "change"> {
  at(field: keyof Trigger): string | undefined;
}

/** Which of the events count, and what to do about one when there is work on its subject already. */
function Narrower({ trigger, change, at }: NarrowerProps) {
  const { condition, command, when_busy = "enqueue" } = trigger;
  const isSaid = Boolean(condition || command) || when_busy !== "enqueue";
  const [open, setOpen] = useState(isSaid);
  const isWrong = Boolean(at("condition") ?? at("command") ?? at("when_busy"));
  return (
    <Foldable
      title="Condition, command, when busy"
      titleClass="min-h-8 text-soft hover:text-ink"
      open={open || isWrong}
      toggle={() => setOpen(!open)}
    >
      {() => (
        <div className="mt-1 space-y-3">
          <TextField
            label="Condition"
            mono
            value={condition ?? ""}
            change={(text) => change({ condition: text || null })}
            placeholder="action == 'labeled' && label.name == 'agent'"
            hint="JMESPath over what was sent: only where it is true, the event counts."
            fault={at("condition")}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label="Command"
              mono
              value={command ?? ""}
              change={(text) => change({ command: text || null })}
              placeholder="/review"
              hint="Only comments with a line that begins with it count."
              fault={at("command")}
            />
            <Choice
              label="When its subject is busy"
              value={when_busy}
              change={(rule) => change({ when_busy: rule })}
              options={[...WHEN_BUSY]}
              hint="While a task of an earlier event about the same is not done."
              fault={at("when_busy")}
            />
          </div>
        </div>
      )}
    </Foldable>
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
