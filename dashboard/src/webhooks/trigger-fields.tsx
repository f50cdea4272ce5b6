import type { ProviderName } from "../api/webhooks";
import { AgentChoice } from "../definitions/agent-choice";
import { ListField } from "../definitions/list-field";
import { PROFILES } from "../definitions/profiles";
import { RareFields } from "../definitions/rare-fields";
import { tied } from "../definitions/tied";
import type { FieldFault } from "../domain/definition";
import { Entry } from "../parts/entry";
import { Check, Choice, TextField } from "../parts/field";
import { CheckoutFields, type PartProps } from "./checkout-fields";
import { OWN, type TriggerDraft } from "./draft";
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
  const part: PartProps = { form: trigger, set: change, faults, index };
  const { field, text } = tied(part, "triggers", index);
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
        hint="With {{ title }}, {{ text }}, {{ url }}, {{ number }}, {{ payload.any.thing }}."
        fault={field("prompt").fault}
      />
      {(props.mayReply || trigger.reply) && (
        <Check
          label="Write the answer where the event came from"
          checked={trigger.reply ?? false}
          change={(reply) => change({ reply })}
        />
      )}
      <CheckoutFields {...part} />
      <Narrower {...part} />
      <Limits {...part} />
      <Check
        label="On: its events start tasks"
        checked={trigger.enabled ?? true}
        change={(enabled) => change({ enabled })}
        fault={field("enabled").fault}
      />
    </Entry>
  );
}

/** Whether nothing but what the machine takes anyway stands in a field. */
function isUnsaid({ value }: { value: string }, own: string | number): boolean {
  return value === "" || value === String(own);
}

/** Which of the events count, and what to do about one when there is work on its subject already. */
function Narrower({ index, ...tie }: PartProps) {
  const { text } = tied(tie, "triggers", index);
  const [condition, command] = [text("condition"), text("command")];
  const [key, busy] = [text("concurrency_key"), text("when_busy")];
  const { when_busy = "enqueue" } = tie.form;
  const isOwn = isUnsaid(key, OWN.concurrency_key) && when_busy === "enqueue";
  return (
    <RareFields
      title="Condition, command, when busy"
      isSaid={Boolean(condition.value || command.value) || !isOwn}
      isWrong={[condition, command, key, busy].some(({ fault }) => fault !== undefined)}
    >
      {() => (
        <>
          <TextField
            label="Condition"
            mono
            {...condition}
            placeholder="action == 'labeled' && label.name == 'agent'"
            hint="JMESPath over what was sent: only where it is true, the event counts."
          />
          <TextField
            label="Command"
            mono
            {...command}
            placeholder="/review"
            hint="Only comments with a line that begins with it count."
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label="Its subject"
              mono
              {...key}
              placeholder={OWN.concurrency_key}
              hint="What the event is about: of the tasks about the same, one runs at a time."
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
        </>
      )}
    </RareFields>
  );
}

/** How many tasks a trigger may start, and how far the machine may follow itself. */
function Limits({ index, ...tie }: PartProps) {
  const { number } = tied(tie, "triggers", index);
  const [rate, hops] = [number("rate_per_minute"), number("max_hops")];
  const isOwn = isUnsaid(rate, OWN.rate_per_minute) && isUnsaid(hops, OWN.max_hops);
  return (
    <RareFields title="Limits" isSaid={!isOwn} isWrong={(rate.fault ?? hops.fault) !== undefined}>
      {() => (
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Tasks a minute"
            {...rate}
            placeholder={String(OWN.rate_per_minute)}
            hint="What comes beyond is kept, and starts nothing."
          />
          <TextField
            label="Events of its own in a row"
            {...hops}
            placeholder={String(OWN.max_hops)}
            hint="How often what the machine itself caused may start a task again. 0: never."
          />
        </div>
      )}
    </RareFields>
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
