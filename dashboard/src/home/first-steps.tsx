import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Status } from "../api/machine";
import { people } from "../api/people";
import { keys } from "../live/cache";
import { useTasks } from "../live/hooks";
import { Button, IconButton } from "../parts/button";
import { PasswordForm } from "../settings/account-page";
import { hide, isHidden, stepsOf } from "./steps";

/** What is left to do before the machine works for somebody; gone when it is done, or put away. */
export default function FirstSteps({ status }: { status: Status }) {
  const { me, auth } = status;
  const person = useQuery({ queryKey: keys.person(me.user_id), queryFn: () => people.get(me.user_id) });
  const { tasks, recent } = useTasks();
  const [hidden, setHidden] = useState({ all: isHidden("all"), password: isHidden("password") });
  if (!person.data || recent.isPending || hidden.all) return null;
  const steps = stepsOf({
    hasPassword: person.data.has_password,
    skippedPassword: hidden.password,
    auth: auth.state,
    tasks: tasks.length,
  });
  const [password, login, task] = steps;
  if (steps.every(({ done }) => done)) return null;
  const current = steps.findIndex(({ done }) => !done);
  const putAway = (what: "all" | "password") => {
    hide(what);
    setHidden({ ...hidden, [what]: true });
  };
  return (
    <section aria-label="First steps" className="mb-8 rounded-xl border bg-raised">
      <header className="flex items-center justify-between gap-2 py-2 pr-2 pl-4">
        <h2 className="font-semibold">Three steps, and this machine works for you</h2>
        <IconButton label="Put the first steps away" size="small" onClick={() => putAway("all")}>
          <X aria-hidden className="size-3.5" />
        </IconButton>
      </header>
      <ol className="divide-y border-t">
        <Step number={1} step={password} isCurrent={current === 0}>
          <p className="mb-3 text-soft">
            You are called {me.name}. With a password you come back without a link from the terminal.
          </p>
          <PasswordForm
            person={person.data}
            beside={
              <Button look="ghost" onClick={() => putAway("password")}>
                Skip this: links are enough
              </Button>
            }
          />
        </Step>
        <Step number={2} step={login} isCurrent={current === 1}>
          <LogIn />
        </Step>
        <Step number={3} step={task} isCurrent={current === 2}>
          <p className="text-soft">
            Write below what should be done, and press Enter. The machine finds the agent for it.
          </p>
        </Step>
      </ol>
    </section>
  );
}

function LogIn() {
  return (
    <div className="space-y-3">
      <p className="text-soft">
        Through your browser, with a login file, a token or an API key. Tasks that you start before wait for
        it.
      </p>
      <Link
        to="/settings/$part"
        params={{ part: "login" }}
        className="inline-flex h-8 items-center rounded-md bg-fill px-3 font-medium text-white hover:bg-fill-hover"
      >
        Log Claude in
      </Link>
      <p className="text-faint text-xs">
        Just looking? <code className="font-mono">machine serve --demo</code> needs no account and costs
        nothing.
      </p>
    </div>
  );
}

interface StepProps {
  number: number;
  step: { name: string; done: boolean };
  isCurrent: boolean;
  children: ReactNode;
}

function Step({ number, step, isCurrent, children }: StepProps) {
  const { name, done } = step;
  return (
    <li className="flex gap-3 px-4 py-3" aria-current={isCurrent ? "step" : undefined}>
      <span
        aria-hidden
        className={`flex size-6 shrink-0 items-center justify-center rounded-full border text-xs ${
          done
            ? "border-transparent bg-good-tint text-good"
            : isCurrent
              ? "border-accent text-accent"
              : "border-edge text-faint"
        }`}
      >
        {done ? <Check className="size-3.5" /> : number}
      </span>
      <div className="min-w-0 flex-1">
        <h3 className={`pt-0.5 ${isCurrent ? "font-medium" : "text-soft"}`}>
          {name}
          {done && <span className="sr-only">, done</span>}
        </h3>
        {isCurrent && <div className="pt-2">{children}</div>}
      </div>
    </li>
  );
}
