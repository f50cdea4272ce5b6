import { Plus } from "lucide-react";
import { webhooks } from "../api/webhooks";
import type { FieldsProps, FormSpec } from "../definitions/spec";
import { tied } from "../definitions/tied";
import { useVariableNames } from "../definitions/use-variable-names";
import { faultAt, nameFaults, withoutDefaults } from "../domain/definition";
import { PROVIDERS } from "../domain/provider";
import { Button } from "../parts/button";
import { CopyButton } from "../parts/copy";
import { Check, Choice, TextField } from "../parts/field";
import { needsSecret, sent, type TriggerDraft, triggersOf, type WebhookDraft, withSecret } from "./draft";
import { isNewSecret, newSecret } from "./people";
import { hintsOf, takesOurSecret } from "./provider-hints";
import { TriggerFields } from "./trigger-fields";

type Fields = FieldsProps<WebhookDraft>;

function WebhookFields(props: Fields) {
  const { form, isNew } = props;
  const { field, text } = tied(props);
  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {isNew && (
          <TextField
            label="Name"
            {...field("name")}
            placeholder={hintsOf(form.provider).name}
            hint="A part of the address: /webhooks/name"
          />
        )}
        <Choice label="Sent by" {...field("provider")} options={PROVIDERS} />
      </div>
      <TextField
        label="Description"
        {...text("description")}
        change={(description) => props.set({ description })}
      />
      <SecretFields {...props} />
      <ReplyFields {...props} />
      <Triggers {...props} />
    </div>
  );
}

function SecretFields({ form, set, faults, isNew }: Fields) {
  const isUnsigned = form.unsigned ?? false;
  const { secret = "Enter the same text at the provider. It is never shown again." } = hintsOf(form.provider);
  const hint = isNew ? secret : `Empty: the one there is stays. ${secret}`;
  return (
    <div className="space-y-2">
      {!isUnsigned && (
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <TextField
              label="Secret"
              mono
              value={form.secret ?? ""}
              change={(secret) => set(withSecret(form, secret))}
              fault={faultAt(faults, "secret")}
              hint={hint}
            />
          </div>
          {takesOurSecret(form.provider) && (
            <div className="mt-6 flex h-9 items-center gap-1">
              <Button className="h-9!" onClick={() => set(withSecret(form, newSecret(form.provider)))}>
                Generate
              </Button>
              {form.secret && <CopyButton text={form.secret} label="Copy the secret" />}
            </div>
          )}
        </div>
      )}
      <Check
        label="Unsigned: accept what anybody sends who knows the address"
        checked={isUnsigned}
        change={(unsigned) => set(unsigned ? { unsigned, secret: null, secret_ref: null } : { unsigned })}
      />
    </div>
  );
}

/** With what the machine answers, and where; what a provider does not have is left out, unless it was written. */
function ReplyFields(props: Fields) {
  const { form, set, faults } = props;
  const { text } = tied(props);
  const { token, api } = hintsOf(form.provider);
  const { reply = null, base_url = null } = form;
  const variables = useVariableNames() ?? [];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {(token || reply) && (
        <TextField
          label="Variable with the token for answers"
          mono
          value={reply?.token_ref ?? ""}
          change={(token_ref) => set({ reply: token_ref ? { email: null, ...reply, token_ref } : null })}
          placeholder={token ?? ""}
          options={variables}
          hint="Its name only. Without one, nothing is written where the event came from."
          fault={faultAt(faults, "reply")}
        />
      )}
      {(api || base_url) && (
        <TextField
          label="Address of the provider's API"
          {...text("base_url")}
          placeholder={api?.address ?? ""}
          hint={api?.hint}
        />
      )}
      {form.provider === "jira" && reply && (
        <TextField
          label="Account of the token"
          value={reply.email ?? ""}
          change={(email) => set({ reply: { ...reply, email: email || null } })}
          placeholder="bot@example.com"
          hint="For Jira Cloud. Empty: the token is sent alone, as Data Center wants it."
          fault={faultAt(faults, "reply", "email")}
        />
      )}
    </div>
  );
}

function Triggers({ form, set, faults }: Fields) {
  const change = (index: number, changes: Partial<TriggerDraft>) =>
    set({ triggers: form.triggers.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  return (
    <fieldset className="space-y-3">
      <legend className="mb-2 font-medium">Triggers: which events start a task</legend>
      {form.triggers.map((trigger, index) => (
        <TriggerFields
          // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no name of their own, and keep their order
          key={index}
          trigger={trigger}
          index={index}
          provider={form.provider}
          faults={faults}
          mayReply={form.reply != null}
          change={(changes) => change(index, changes)}
          remove={() => set({ triggers: form.triggers.filter((_, at) => at !== index) })}
        />
      ))}
      {faultAt(
        faults.filter(({ path }) => path.length === 1),
        "triggers",
      )}
      <Button
        size="small"
        icon={<Plus aria-hidden className="size-3.5" />}
        onClick={() => set({ triggers: [...form.triggers, { events: [] }] })}
      >
        Add a trigger
      </Button>
    </fieldset>
  );
}

const EMPTY: WebhookDraft = { name: "", provider: "github", triggers: [{ events: [] }] };

export const webhookSpec: FormSpec<WebhookDraft> = {
  kind: "webhooks",
  empty: EMPTY,
  Fields: WebhookFields,
  missing(draft, before) {
    return [
      ...nameFaults(draft.name),
      ...(needsSecret(draft, before)
        ? [{ path: ["secret"], what: "Write the secret that the provider signs with, or generate one." }]
        : []),
      ...draft.triggers.flatMap(({ events }, index) =>
        events.length === 0
          ? [{ path: ["triggers", index, "events"], what: "Say which events start a task." }]
          : [],
      ),
    ];
  },
  shownOnce: ({ name, secret, provider }) =>
    secret && takesOurSecret(provider) && isNewSecret(secret)
      ? {
          title: `The secret of ${name}`,
          secret,
          what: "Enter it at the provider now: it is not shown again.",
        }
      : null,
  toSettings({ name: _name, secret: _secret, ...settings }) {
    return withoutDefaults(sent(settings), {});
  },
  fromSettings(settings, { name, secret }) {
    const { triggers, ...others } = settings as Partial<WebhookDraft>;
    const kept = secret ? { secret } : {};
    return {
      provider: "github",
      ...others,
      name,
      ...kept,
      triggers: triggersOf(triggers),
    };
  },
  preview: (draft) => webhooks.preview(sent(draft)),
  create: (draft) => webhooks.create(sent(draft)),
  update: (name, draft, beganFrom) => webhooks.update(name, sent(draft), beganFrom),
};
