import { Check, Minus, Play } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Simulation, type WebhookDetail, webhooks } from "../api/webhooks";
import { Button } from "../parts/button";
import { Choice, TextField } from "../parts/field";
import { Mark, Section } from "../parts/page";
import { Failed } from "../parts/states";
import { headersOf, headersText, type Sample, samplesOf } from "./samples";

interface Given {
  headers: string;
  payload: string;
}

const givenBy = (sample: Sample): Given => ({
  headers: headersText(sample.headers),
  payload: JSON.stringify(sample.payload, null, 2),
});

/** What the webhook would make of a payload. Nothing is started and nothing is stored. */
export function Simulator({ webhook }: { webhook: WebhookDetail }) {
  const samples = samplesOf(webhook.provider);
  const [chosen, choose] = useState(samples[0]?.name ?? "");
  const [given, setGiven] = useState<Given>(() =>
    samples[0] ? givenBy(samples[0]) : { headers: "", payload: "{}" },
  );
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ simulation?: Simulation; error?: unknown }>({});
  const take = (name: string) => {
    const sample = samples.find((one) => one.name === name);
    choose(name);
    if (sample) setGiven(givenBy(sample));
    setOutcome({});
  };
  const run = async () => {
    setBusy(true);
    try {
      const payload: unknown = parsed(given.payload);
      setOutcome({
        simulation: await webhooks.simulate(webhook.name, { payload, headers: headersOf(given.headers) }),
      });
    } catch (error) {
      setOutcome({ error });
    }
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
      className="space-y-4"
    >
      <p className="text-soft">
        What the webhook would make of a payload. Nothing is started, nothing is stored, and nobody is told.
      </p>
      <Choice
        label="Sample"
        value={chosen}
        change={take}
        options={samples.map(({ name }) => [name, name] as const)}
      />
      <TextField
        label="Headers"
        rows={1}
        mono
        value={given.headers}
        change={(headers) => setGiven({ ...given, headers })}
        placeholder="X-GitHub-Event: issues"
      />
      <TextField
        label="Payload"
        rows={10}
        mono
        value={given.payload}
        change={(payload) => setGiven({ ...given, payload })}
        hint="JSON, as the provider sends it."
      />
      <Button type="submit" look="primary" busy={busy} icon={<Play aria-hidden className="size-3.5" />}>
        Simulate
      </Button>
      <div aria-live="polite">
        {outcome.error !== undefined && <Failed what="It could not be simulated." error={outcome.error} />}
        {outcome.simulation && <Result found={outcome.simulation} />}
      </div>
    </form>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The payload is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function Result({ found }: { found: Simulation }): ReactNode {
  const { tasks, triggers, happening, ignored } = found;
  return (
    <Section title="What would happen">
      <div className="space-y-4 rounded-lg border bg-raised p-4">
        <p className="font-medium text-base">
          {tasks.length === 0
            ? "No task would be started."
            : `${tasks.length === 1 ? "One task" : `${tasks.length} tasks`} would be started.`}
        </p>
        <p className="text-soft [overflow-wrap:anywhere]">
          <code className="font-mono text-xs">{found.event}</code>
          {happening?.title && ` · ${happening.title}`}
          {happening?.actor?.login && ` · by ${happening.actor.login}`}
          {ignored && ` · ${ignored}`}
        </p>
        {triggers.length > 0 && (
          <ul className="space-y-1">
            {triggers.map(({ trigger, name, matched, why, is_fault }) => (
              <li key={trigger} className="flex gap-2">
                {matched ? (
                  <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
                ) : (
                  <Minus
                    aria-hidden
                    className={`mt-0.5 size-4 shrink-0 ${is_fault ? "text-bad" : "text-faint"}`}
                  />
                )}
                <span className="min-w-0 [overflow-wrap:anywhere]">
                  <span className="font-medium">{name || `Trigger ${trigger + 1}`}</span>{" "}
                  <span className={is_fault ? "text-bad" : "text-soft"}>
                    {matched ? "applies" : "does not apply"}
                    {why && `: ${why}`}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
        {tasks.map((task) => (
          <div key={task.trigger} className="space-y-1 border-t pt-3">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{task.title}</span>
              <Mark>{task.agent ?? "the machine decides"}</Mark>
              <Mark tone={task.profile === "untrusted" ? "warn" : "plain"}>{task.profile}</Mark>
            </p>
            <p className="verbatim rounded-md bg-sunken px-3 py-2">{task.prompt}</p>
          </div>
        ))}
        <p className="text-faint text-xs">Signature: {found.signature.detail}</p>
      </div>
    </Section>
  );
}
