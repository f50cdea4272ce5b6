import type { Checkout, ProviderName, Trigger, WebhookDetail, WebhookForm } from "../api/webhooks";
import { withoutDefaults } from "../domain/definition";

/** A webhook as it is filled in. What is not said is left to the machine, so that its defaults stay its own. */
export type WebhookDraft = Partial<Omit<WebhookForm, "triggers">> & {
  name: string;
  provider: ProviderName;
  triggers: TriggerDraft[];
};
export type CheckoutDraft = { [Field in keyof Checkout]?: Checkout[Field] | null };
type Emptied = Pick<Trigger, "concurrency_key" | "rate_per_minute" | "max_hops">;
/** What was emptied again is null. */
export type TriggerDraft = Partial<Omit<Trigger, keyof Emptied | "checkout">> &
  Pick<Trigger, "events"> & { [Field in keyof Emptied]?: Emptied[Field] | null } & {
    checkout?: CheckoutDraft | null;
  };

/** What the machine takes where a trigger says nothing of it. */
export const OWN = {
  concurrency_key: "{{ subject }}",
  rate_per_minute: 30,
  max_hops: 2,
  checkout: { repository: "{{ clone_url }}", ref: "{{ checkout_ref }}" },
} as const;

/** A trigger without what was left empty: there the machine's own words stand. In YAML, anything can have been written. */
function filled(trigger: TriggerDraft): TriggerDraft {
  const { prompt, checkout, ...others } = withoutDefaults(trigger, {}) as TriggerDraft;
  const isBlank = prompt === undefined || (typeof prompt === "string" && prompt.trim() === "");
  const code = typeof checkout === "object" && checkout ? withoutDefaults(checkout, {}) : checkout;
  return { ...others, ...(isBlank ? {} : { prompt }), ...(code === undefined ? {} : { checkout: code }) };
}

/** Triggers as they were written, in YAML perhaps: what is none has no events yet. */
export function triggersOf(written: unknown): TriggerDraft[] {
  const list: unknown[] = Array.isArray(written) ? written : [];
  return list.map((one) => {
    const trigger = (typeof one === "object" ? (one ?? {}) : {}) as Partial<TriggerDraft>;
    return { ...trigger, events: trigger.events ?? [] };
  });
}

/** The same as the machine wants it. */
export function sent<Draft extends Pick<WebhookDraft, "triggers">>(draft: Draft): Draft {
  return { ...draft, triggers: draft.triggers.map(filled) };
}

/** A webhook, as its form would have made it. Its secret is not known here: left out, it stays. */
export function webhookForm(webhook: WebhookDetail): WebhookDraft {
  const { name, provider, description, enabled, unsigned, secret_ref, scheme, base_url, reply } = webhook;
  const { own_ids, allowed_bots } = webhook;
  return {
    ...{ name, provider, description, enabled, unsigned, secret_ref, scheme, base_url, reply },
    ...{ own_ids, allowed_bots },
    triggers: webhook.triggers.map((trigger) => withoutDefaults(trigger, {}) as TriggerDraft),
  };
}

/** One that is written here stands for the variable that was named. */
export function withSecret({ secret_ref = null }: WebhookDraft, secret: string): Partial<WebhookDraft> {
  return { secret: secret || null, secret_ref: secret ? null : secret_ref };
}

/** Whether one has to be written: a webhook that is changed keeps its own, unless it had none. */
export function needsSecret(
  { unsigned, secret, secret_ref }: WebhookDraft,
  before: WebhookDraft | undefined,
): boolean {
  const isKept = before !== undefined && !before.unsigned;
  return !unsigned && !secret && !secret_ref && !isKept;
}
