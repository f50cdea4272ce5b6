import { ExternalLink } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type LoginBegun, login } from "../api/login";
import { ApiError } from "../api/problem";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { CopyLine } from "../parts/shown-once";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { LoginOutcome } from "./login-outcome";
import { useTaking } from "./use-taking";

/** Claude Code's own login, step by step: a page of Anthropic gives a code, which is brought back here. */
export function GuidedLogin() {
  const [begun, setBegun] = useState<LoginBegun | null>(null);
  const acting = useActing();
  const taking = useTaking();
  const begin = () =>
    acting.act("Begin", async () => {
      taking.forget();
      setBegun(await login.begin());
    });
  const complete = async (code: string) => {
    const taken = await taking.take(() => login.complete(code));
    if (taken) setBegun(null);
  };
  // A code that is not whole can be sent again; any other refusal ends the login that was begun.
  const isOver = taking.error instanceof ApiError && taking.error.code !== "credentials_invalid";
  return (
    <div className="max-w-[40rem] space-y-4">
      <p className="text-soft">
        The machine gets a login of its own, and nobody is logged out elsewhere. Best for a Claude
        subscription.
      </p>
      <ol className="space-y-4">
        <Step number={1} title="Begin here">
          <Button
            look={begun ? "secondary" : "primary"}
            busy={acting.busy !== null}
            onClick={() => void begin()}
          >
            {begun ? "Begin again" : "Begin"}
          </Button>
          {acting.fault && <Failed what="It could not begin." error={acting.fault.error} />}
        </Step>
        <Step number={2} title="Log in at Anthropic, and copy the code that its page shows" later={!begun}>
          {begun && <Address begun={begun} />}
        </Step>
        <Step number={3} title="Bring the code here" later={!begun}>
          {begun && <CodeForm busy={taking.busy} complete={complete} />}
        </Step>
      </ol>
      <LoginOutcome taking={taking} />
      {isOver && begun && <p className="text-soft">Begin again for a fresh code.</p>}
    </div>
  );
}

interface StepProps {
  number: number;
  title: string;
  later?: boolean;
  children: ReactNode;
}

function Step({ number, title, later = false, children }: StepProps) {
  return (
    <li className="flex gap-3">
      <span
        aria-hidden
        className="flex size-6 shrink-0 items-center justify-center rounded-full border border-edge text-soft text-xs"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1 space-y-2">
        <h3 className={`pt-0.5 font-medium ${later ? "text-faint" : ""}`}>{title}</h3>
        {children}
      </div>
    </li>
  );
}

function Address({ begun }: { begun: LoginBegun }) {
  return (
    <>
      <a
        href={begun.url}
        target="_blank"
        rel="noreferrer"
        className="inline-flex h-8 items-center gap-1.5 rounded-md bg-fill px-3 font-medium text-white hover:bg-fill-hover"
      >
        <ExternalLink aria-hidden className="size-3.5" />
        Open the page
      </a>
      <details>
        <summary className="min-h-6 text-soft text-xs">On another computer?</summary>
        <CopyLine text={begun.url} label="Copy the address" />
      </details>
      <p className="text-faint text-xs">
        It waits for the code for 10 minutes: it ends <When at={begun.until} />.
      </p>
    </>
  );
}

function CodeForm({ busy, complete }: { busy: boolean; complete(code: string): Promise<void> }) {
  const [code, setCode] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim()) void complete(code);
      }}
      className="space-y-3"
    >
      <TextField label="Code" mono value={code} change={setCode} />
      <Button type="submit" look="primary" busy={busy} disabled={code.trim() === ""}>
        Log in
      </Button>
    </form>
  );
}
