import { useId } from "react";
import type { Approval } from "../feed/wire";
import { Button } from "../parts/button";
import { useKept } from "../parts/draft";
import type { Answering } from "./use-answer";

type Mode = "choose" | "change" | "deny";
type Props = { approval: Approval; answering: Answering };

/** Allow once, always, with a changed input, or not. */
export function PermissionForm({ approval, answering }: Props) {
  const { kept } = answering;
  const [mode, setMode] = useKept<Mode>(`${kept}:mode`, "choose");
  const back = () => setMode("choose");
  if (mode === "change") return <ChangeForm {...{ approval, answering, back }} />;
  if (mode === "deny")
    return <DenyForm answering={answering} back={back} label="Why not? The agent reads this." />;
  const { answer, busy } = answering;
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        look="primary"
        busy={busy === "once"}
        disabled={busy !== null}
        onClick={() => void answer({ decision: "allow" }, "once")}
      >
        Allow once
      </Button>
      <Button
        busy={busy === "always"}
        disabled={busy !== null}
        title={`${approval.agent} may do this from now on without asking.`}
        onClick={() => void answer({ decision: "allow", remember: true }, "always")}
      >
        Always allow
      </Button>
      <Button disabled={busy !== null} onClick={() => setMode("change")}>
        Change…
      </Button>
      <Button look="danger" disabled={busy !== null} onClick={() => setMode("deny")}>
        Deny…
      </Button>
    </div>
  );
}

function inputOf(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const BOX =
  "field-sizing-content block max-h-80 w-full resize-none rounded-lg border border-edge bg-raised px-3 py-2";

function ChangeForm({ approval, answering, back }: Props & { back(): void }) {
  const [json, setJson] = useKept(`${answering.kept}:json`, JSON.stringify(approval.input, null, 2));
  const id = useId();
  const input = inputOf(json);
  const { answer, busy } = answering;
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (input) void answer({ decision: "allow", input }, "changed");
      }}
    >
      <label htmlFor={id} className="block text-soft">
        What it should do instead, as JSON
      </label>
      <textarea
        id={id}
        rows={4}
        value={json}
        spellCheck={false}
        aria-invalid={!input}
        aria-describedby={`${id}-fault`}
        onChange={(event) => setJson(event.target.value)}
        className={`${BOX} verbatim`}
      />
      <p id={`${id}-fault`} className="min-h-4.5 text-bad text-xs">
        {!input && "This is no JSON object."}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" busy={busy !== null} disabled={!input}>
          Allow with this change
        </Button>
        <Button look="ghost" onClick={back}>
          Back
        </Button>
      </div>
    </form>
  );
}

export function DenyForm({ answering, back, label, button = "Deny" }: DenyProps) {
  const [reason, setReason] = useKept(`${answering.kept}:reason`, "");
  const id = useId();
  const { answer, busy } = answering;
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        const words = reason.trim();
        void answer(words ? { decision: "deny", reason: words } : { decision: "deny" }, "deny");
      }}
    >
      <label htmlFor={id} className="block text-soft">
        {label}
      </label>
      <textarea
        id={id}
        rows={2}
        value={reason}
        maxLength={10_000}
        // biome-ignore lint/a11y/noAutofocus: the form has just been opened by a click on purpose
        autoFocus
        onChange={(event) => setReason(event.target.value)}
        className={BOX}
      />
      <div className="flex flex-wrap gap-2">
        <Button look="danger" type="submit" busy={busy !== null}>
          {button}
        </Button>
        <Button look="ghost" onClick={back}>
          Back
        </Button>
      </div>
    </form>
  );
}

interface DenyProps {
  answering: Answering;
  back(): void;
  label: string;
  button?: string;
}
