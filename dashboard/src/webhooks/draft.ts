import type { ProviderName, Trigger, WebhookDetail, WebhookForm } from "../api/webhooks";
import { withoutDefaults } from "../domain/definition";

/** A webhook as it is filled in. What is not said is left to the machine, so that its defaults stay its own. */
export type WebhookDraft = Partial<Omit<WebhookForm, "triggers">> & {
  name: string;
  provider: ProviderName;
  triggers: TriggerDraft[];
};
export type TriggerDraft = Partial<Trigger> & Pick<Trigger, "events">;

/** A trigger without what was left empty: there the machine's own words stand. */
function filled({ prompt, ...trigger }: TriggerDraft): TriggerDraft {
  return prompt?.trim() ? { ...trigger, prompt } : trigger;
}

/** The same as the machine wants it. */
export function sent(draft: WebhookDraft): object {
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
