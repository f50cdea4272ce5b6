import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { ChatBox } from "../chat/box";
import type { FieldFault } from "../domain/definition";
import { useAgents } from "../live/hooks";
import { useKept } from "../parts/draft";
import type { Terms } from "./terms";
import { MACHINE, type Start } from "./use-start";

const CodeAndLimits = lazy(() => import("./code-and-limits"));

const NO_TERMS: Partial<Terms> = {};
const NO_FAULTS: readonly FieldFault[] = [];

/** What should be done, by whom, and for an agent on which code and within which limits. */
export function Wish({ start }: { start: Start }) {
  const [agent, setAgent] = useAgent();
  const [terms, setTerms] = useKept("start:terms", NO_TERMS);
  const [refused, setRefused] = useState(NO_FAULTS);
  const box = useRef<HTMLTextAreaElement>(null);
  const isForAgent = agent !== MACHINE;
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, []);
  const send = async (message: string, attachments: string[]) => {
    if (isForAgent) {
      const { within } = await import("./terms");
      await within(terms, (said) => start({ ...said, message, attachments, agent }), setRefused);
    } else {
      await start({ message, attachments });
    }
    setTerms(NO_TERMS);
    setAgent(MACHINE);
  };
  return (
    <>
      <h1 className="mb-4 font-semibold text-xl tracking-tight">What should be done?</h1>
      <ChatBox
        draft="start"
        label="What should be done"
        placeholder="Ask for something, or describe a task…"
        sendLabel="Start the task"
        rows={3}
        inputRef={box}
        send={send}
      >
        <AgentPicker agent={agent} change={setAgent} />
      </ChatBox>
      {isForAgent && (
        <Suspense fallback={<div className="h-10" />}>
          <CodeAndLimits
            kept={terms}
            change={(next) => {
              setTerms(next ?? NO_TERMS);
              setRefused(NO_FAULTS);
            }}
            refused={refused}
            send={() => box.current?.form?.requestSubmit()}
          />
        </Suspense>
      )}
    </>
  );
}

/** The agent that was chosen, as long as there is one of that name. */
function useAgent(): [string, (name: string) => void] {
  const [kept, keep] = useKept("start:agent", MACHINE);
  const agents = useAgents().data;
  const isThere = !agents || agents.some(({ name }) => name === kept);
  return [isThere ? kept : MACHINE, keep];
}

function AgentPicker({ agent, change }: { agent: string; change(agent: string): void }) {
  const agents = useAgents();
  if (!agents.data?.length) return null;
  const chosen = agents.data.find(({ name }) => name === agent);
  return (
    <select
      aria-label="Agent"
      title={chosen?.description}
      value={agent}
      onChange={(event) => change(event.target.value)}
      className="h-7 min-w-0 max-w-full rounded-md border-0 bg-transparent pr-1 text-soft text-xs hover:bg-hover hover:text-ink"
    >
      <option value={MACHINE}>The machine</option>
      {agents.data
        .filter(({ name }) => name !== MACHINE)
        .map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
    </select>
  );
}
