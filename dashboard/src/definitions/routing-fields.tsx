import { Plus } from "lucide-react";
import { type FieldFault, faultAt } from "../domain/definition";
import { PROVIDERS } from "../domain/provider";
import { Button } from "../parts/button";
import { Chips } from "../parts/chips";
import { Entry } from "../parts/entry";
import { Check } from "../parts/field";
import { SOURCES } from "../tasks/filter";
import { ListField } from "./list-field";
import { EMPTY_RULE, MAX_RULES, type RoutingRule } from "./routing";
import { tied } from "./tied";

const DOORS: readonly (readonly [string, string])[] = [
  ...SOURCES.map(([source, name]) => [source, source === "webhook" ? "Any webhook" : name] as const),
  ...PROVIDERS.map(
    ([provider, name]) => [provider, provider === "generic" ? "Other webhooks" : name] as const,
  ),
];

interface Props {
  rules: readonly RoutingRule[];
  faults: readonly FieldFault[];
  change(rules: RoutingRule[]): void;
}

/** Rules by which tasks come to an agent without the Brain being asked. */
export function RoutingFields({ rules, faults, change }: Props) {
  const ofAll = faultAt(
    faults.filter(({ path }) => path.length === 1),
    "routing",
  );
  return (
    <fieldset className="space-y-3">
      <legend className="mb-1 font-medium">Rules</legend>
      <p className="text-faint text-xs">
        A task that fits one of them comes to it at once, without the Brain being asked. All that a rule names
        has to fit, of each line one word.
      </p>
      {rules.map((rule, index) => (
        <RuleFields
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name of their own, and keep their order
          key={index}
          rule={rule}
          index={index}
          faults={faults}
          change={(changes) => change(rules.map((one, at) => (at === index ? { ...one, ...changes } : one)))}
          remove={() => change(rules.filter((_, at) => at !== index))}
        />
      ))}
      {ofAll && (
        <p role="alert" className="text-bad text-xs">
          {ofAll}
        </p>
      )}
      {rules.length < MAX_RULES && (
        <Button
          size="small"
          icon={<Plus aria-hidden className="size-3.5" />}
          onClick={() => change([...rules, EMPTY_RULE])}
        >
          Add a rule
        </Button>
      )}
    </fieldset>
  );
}

interface RuleProps {
  rule: RoutingRule;
  index: number;
  faults: readonly FieldFault[];
  change(changes: Partial<RoutingRule>): void;
  remove(): void;
}

export function RuleFields({ rule, index, faults, change, remove }: RuleProps) {
  const { field } = tied({ form: rule, set: change, faults }, "routing", index);
  const ofRule = faultAt(
    faults.filter(({ path }) => path.length === 2),
    "routing",
    index,
  );
  return (
    <Entry name={`rule ${index + 1}`} remove={remove}>
      <Chips
        label="Came through"
        chosen={rule.sources}
        change={(sources) => change({ sources })}
        options={DOORS}
        fault={field("sources").fault}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <ListField label="Events of a webhook" {...field("events")} placeholder="issues.opened, issues.*" />
        <ListField label="Labels of the issue" {...field("labels")} placeholder="bug, incident" />
      </div>
      <ListField
        label="Words in the title or the message"
        {...field("keywords")}
        placeholder="outage, roll back"
      />
      <Check
        label="It reads like a question"
        checked={rule.question}
        change={(question) => change({ question })}
      />
      {ofRule && (
        <p role="alert" className="text-bad text-xs">
          {ofRule}
        </p>
      )}
    </Entry>
  );
}
