import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Status } from "../api/machine";
import { type Person, people } from "../api/people";
import { keys } from "../live/cache";
import { Button, IconButton } from "../parts/button";
import { useIsWide } from "../parts/media";
import { PasswordForm } from "../settings/account-page";
import { hasWorked, hide, isHidden, type Step, stepsOf } from "./steps";
import { useGiven } from "./use-has-steps";

/** What is left to do before the machine works for somebody; gone when it is done, or put away. */
export default function FirstSteps({ status }: { status: Status }) {
  const { me, auth } = status;
  const person = useQuery({ queryKey: keys.person(me.user_id), queryFn: () => people.get(me.user_id) });
  const { given } = useGiven();
  const [hidden, setHidden] = useState({ all: isHidden("all"), password: isHidden("password") });
  if (!person.data || hidden.all) return null;
  const steps = stepsOf({
    hasPassword: person.data.has_password,
    skippedPassword: hidden.password,
    auth: auth.state,
    tasks: given,
  });
  if (steps.every(({ done }) => done)) return null;
  const putAway = (what: "all" | "password") => {
    hide(what);
    setHidden({ ...hidden, [what]: true });
  };
  return <Steps steps={steps} person={person.data} putAway={putAway} />;
}

interface StepsProps {
  steps: ReturnType<typeof stepsOf>;
  person: Person;
  putAway(what: "all" | "password"): void;
}

/** All of them where there is room; on a narrow screen, and once the machine has worked, only the next one. */
function Steps({ steps, person, putAway }: StepsProps) {
  const isWide = useIsWide();
  const worked = hasWorked(steps);
  const isShort = worked || !isWide;
  const current = steps.findIndex(({ done }) => !done);
  const contents = [
    <SetPassword key="password" person={person} isShort={isShort} skip={() => putAway("password")} />,
    <LogIn key="login" />,
    <p key="task" className="text-soft">
      Write below what should be done, and press Enter. The machine finds the agent for it.
    </p>,
  ];
  return (
    <section aria-label="First steps" className="mb-8 rounded-xl border bg-raised">
      <header className="flex items-center justify-between gap-2 py-2 pr-2 pl-4">
        <h2 className="font-semibold">{title(worked, isShort)}</h2>
        <IconButton label="Put the first steps away" size="small" onClick={() => putAway("all")}>
          <X aria-hidden className="size-3.5" />
        </IconButton>
      </header>
      <ol className="divide-y border-t">
        {steps.map(
          (step, index) =>
            (index === current || !isShort) && (
              <StepRow key={step.name} number={index + 1} step={step} isCurrent={index === current}>
                {contents[index]}
              </StepRow>
            ),
        )}
      </ol>
    </section>
  );
}

function title(worked: boolean, isShort: boolean): string {
  if (worked) return "This machine works for you";
  return isShort ? "First steps" : "Three steps, and this machine works for you";
}

interface SetPasswordProps {
  person: Person;
  isShort: boolean;
  skip(): void;
}

function SetPassword({ person, isShort, skip }: SetPasswordProps) {
  const [wanted, want] = useState(false);
  const skipping = (
    <Button look="ghost" onClick={skip}>
      Skip this: links are enough
    </Button>
  );
  return (
    <>
      <p className="mb-3 text-soft">
        You are called {person.name}. With a password you come back without a link from the terminal.
      </p>
      {isShort && !wanted ? (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => want(true)}>Choose a password</Button>
          {skipping}
        </div>
      ) : (
        <PasswordForm person={person} beside={skipping} />
      )}
    </>
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
  step: Step;
  isCurrent: boolean;
  children: ReactNode;
}

function StepRow({ number, step, isCurrent, children }: StepProps) {
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
