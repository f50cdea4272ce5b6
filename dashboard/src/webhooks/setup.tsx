import type { Checkout, Trigger, WebhookDetail } from "../api/webhooks";
import { Facts } from "../definitions/detail-page";
import { CodeList } from "../definitions/preview";
import { fullTime } from "../domain/format";
import { useIsAdministrator } from "../live/hooks";
import { CopyButton } from "../parts/copy";
import { Notice } from "../parts/notice";
import { Mark, Section } from "../parts/page";
import { isOnlyHere } from "./address";
import { OWN } from "./draft";
import { NewSecret } from "./new-secret";
import { peopleOf } from "./people";
import { WHEN_BUSY } from "./when-busy";

/** What a person enters at the provider, in the order in which it is asked for there. */
export function Setup({ webhook }: { webhook: WebhookDetail }) {
  const { setup, unsigned, old_secret_until } = webhook;
  const mayChange = useIsAdministrator();
  return (
    <Section
      title="What to enter at the provider"
      actions={mayChange && !unsigned && <NewSecret name={webhook.name} />}
    >
      <div className="space-y-3 rounded-lg border bg-raised p-4">
        <p className="font-medium">{setup.where}</p>
        <div className="flex min-w-0 items-center justify-between gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
          <code className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{setup.url}</code>
          <CopyButton text={setup.url} label="Copy the address" />
        </div>
        {isOnlyHere(setup.url) && (
          <Notice title="Only this computer reaches that address.">
            A provider elsewhere needs a public one: let the machine be reached from outside, and set
            PUBLIC_URL to the address that it has there.
          </Notice>
        )}
        <Facts
          facts={{
            "Content type": setup.content_type,
            Signing: unsigned ? "none: this webhook is unsigned" : setup.signing,
            "Old secret": old_secret_until && `accepted until ${fullTime(old_secret_until)}`,
            Events: setup.events,
          }}
        />
        {setup.notes.length > 0 && (
          <ul className="list-disc space-y-0.5 pl-4 text-soft">
            {setup.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}

export function Triggers({ webhook }: { webhook: WebhookDetail }) {
  return (
    <Section title="Triggers">
      {webhook.triggers.length === 0 ? (
        <p className="text-soft">There is none: deliveries are stored, and nothing is started.</p>
      ) : (
        <ol className="space-y-3">
          {webhook.triggers.map((trigger, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no name of their own, and keep their order
            <li key={index} className="rounded-lg border p-4">
              <OneTrigger trigger={trigger} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function OneTrigger({ trigger }: { trigger: Trigger }) {
  const who = peopleOf(trigger.who);
  return (
    <Facts
      facts={{
        Name: trigger.name,
        Events: <CodeList items={trigger.events} />,
        Condition: trigger.condition && <code className="font-mono text-xs">{trigger.condition}</code>,
        Command: trigger.command && <code className="font-mono text-xs">{trigger.command}</code>,
        For: who.length > 0 ? `${who.join(", ")} (${trigger.profile})` : "everybody, with tools to look only",
        Agent: trigger.agent ?? "the machine decides",
        "Its subject": trigger.concurrency_key !== OWN.concurrency_key && (
          <code className="font-mono text-xs">{trigger.concurrency_key}</code>
        ),
        "When busy": trigger.when_busy === "enqueue" ? null : WHEN_BUSY.get(trigger.when_busy),
        "Tasks a minute": trigger.rate_per_minute !== OWN.rate_per_minute && String(trigger.rate_per_minute),
        "Events of its own": trigger.max_hops !== OWN.max_hops && String(trigger.max_hops),
        Code: trigger.checkout && <CheckoutFact checkout={trigger.checkout} />,
        Answers: trigger.reply ? "where the event came from" : null,
        Task: <span className="whitespace-pre-wrap">{trigger.prompt}</span>,
        State: trigger.enabled ? null : <Mark tone="warn">disabled</Mark>,
      }}
    />
  );
}

/** Which code tasks work on: of what the event is about, where nothing else is written. */
function CheckoutFact({ checkout: { repository, ref, credentials } }: { checkout: Checkout }) {
  const isOwn = repository === OWN.checkout.repository && ref === OWN.checkout.ref;
  return (
    <>
      {isOwn ? (
        "of what the event is about"
      ) : (
        <code className="font-mono text-xs">
          {repository} at {ref}
        </code>
      )}
      {credentials && `, with ${credentials}`}
    </>
  );
}
