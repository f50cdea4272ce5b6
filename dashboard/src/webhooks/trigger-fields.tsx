import { useState } from "react";
import type { ProviderName } from "../api/webhooks";
import { AgentChoice } from "../definitions/agent-choice";
import { ListField } from "../definitions/list-field";
import { PROFILES } from "../definitions/profiles";
import { type Tied, tied } from "../definitions/tied";
import type { FieldFault } from "../domain/definition";
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
  const { field, text } = tied({ form: trigger, set: change, faults }, "triggers", index);
  const hints = hintsOf(provider);
  return (
    <Entry name={`trigger ${index + 1}`} remove={remove}>
      <ListField
        label="Events"
        {...field("events")}
        placeholder={hints.events}
        hint={`With commas, ${hints.writing}; * means every event.`}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <AgentChoice {...text("agent")} />
        <ListField
          label="Trusted people"
          value={peopleOf(trigger.who)}
          change={(named) => change({ who: whoOf(named) })}
          placeholder="nobody"
          hint={`${hints.people}: their events count. With nobody here everybody's do, with tools to look only.`}
          fault={field("who").fault}
        />
      </div>
      <TrustedFields trigger={trigger} change={change} fault={field("profile").fault} />
      <TextField
        label="Task"
        rows={2}
        value={trigger.prompt ?? ""}
        change={(prompt) => change({ prompt })}
        placeholder="Plan how to mend {{ title }}."
        hint="With {{ title }}, {{ text }}, {{ url }}, {{ number }}, {{ payload.any.thing }}. More fields, such as checkout: YAML."
        fault={field("prompt").fault}
      />
      {(props.mayReply || trigger.reply) && (
        <Check
          label="Write the answer where the event came from"
          checked={trigger.reply ?? false}
          change={(reply) => change({ reply })}
        />
      )}
      <Narrower form={trigger} set={change} faults={faults} index={index} />
      <Check
        label="On: its events start tasks"
        checked={trigger.enabled ?? true}
        change={(enabled) => change({ enabled })}
        fault={field("enabled").fault}
      />
    </Entry>
  );
}

/** Which of the events count, and what to do about one when there is work on its subject already. */
function Narrower({ index, ...tie }: Tied<TriggerDraft> & { index: number }) {
  const { text } = tied(tie, "triggers", index);
  const { when_busy = "enqueue" } = tie.form;
  const [condition, command, busy] = [text("condition"), text("command"), text("when_busy")];
  const isSaid = Boolean(condition.value || command.value) || when_busy !== "enqueue";
  const [open, setOpen] = useState(isSaid);
  const isWrong = Boolean(condition.fault ?? command.fault ?? busy.fault);
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
            {...condition}
            placeholder="action == 'labeled' && label.name == 'agent'"
            hint="JMESPath over what was sent: only where it is true, the event counts."
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label="Command"
              mono
              {...command}
              placeholder="/review"
              hint="Only comments with a line that begins with it count."
            />
            <Choice
              label="When its subject is busy"
              {...busy}
              value={when_busy}
              change={(rule) => tie.set({ when_busy: rule })}
              options={[...WHEN_BUSY]}
              hint="While a task of an earlier event about the same is not done."
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
