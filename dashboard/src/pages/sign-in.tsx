import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { machine } from "../api/machine";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { CopyButton } from "../parts/copy";
import { Field, INPUT } from "../parts/field";
import { Logo } from "../parts/logo";
import { Failed } from "../parts/states";

const COMMAND = "machine login-link";

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-full items-center justify-center bg-side p-4">
      <div className="w-full max-w-96 space-y-4 rounded-xl border bg-raised p-6 sm:p-8">
        <Logo className="size-9" />
        <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** Whatever way somebody comes in: what an earlier person's browser knew is forgotten, and the first page opens. */
function useComingIn() {
  const { client, feed } = useLive();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const comeIn = async (signIn: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await signIn();
      secret = "";
      client.clear();
      feed.forget();
      await navigate({ to: "/" });
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return { busy, error, comeIn };
}

interface Credentials {
  name: string;
  password: string;
}

function NameAndPassword({
  action,
  isNew,
  use,
}: {
  action: string;
  isNew: boolean;
  use(given: Credentials): Promise<unknown>;
}) {
  const { busy, error, comeIn } = useComingIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void comeIn(() => use({ name, password }));
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <Field label="Name">
        {(ties) => (
          <input
            {...ties}
            className={INPUT}
            autoComplete="username"
            maxLength={64}
            required={!isNew}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" hint={isNew ? "At least 12 characters." : undefined}>
        {(ties) => (
          <input
            {...ties}
            className={INPUT}
            type="password"
            autoComplete={isNew ? "new-password" : "current-password"}
            minLength={isNew ? 12 : undefined}
            maxLength={1024}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {error !== null && <Failed what="Signing in did not work." error={error} />}
      <Button type="submit" look="primary" busy={busy} className="h-9! w-full">
        {action}
      </Button>
    </form>
  );
}

/** No login: says how to get one. */
export function SignedOutPage() {
  return (
    <Card title="You are signed out">
      <NameAndPassword action="Sign in" isNew={false} use={machine.loginWithPassword} />
      <p className="text-soft">
        Without a password, run this on the machine and open the link that it prints. A link works once.
      </p>
      <div className="flex items-center justify-between gap-2 rounded-lg border bg-sunken py-1 pr-1 pl-3">
        <code className="font-mono text-xs">{COMMAND}</code>
        <CopyButton text={COMMAND} label="Copy the command" />
      </div>
      <p className="text-faint text-xs">
        A data folder of its own is named as when it was started:{" "}
        <code className="font-mono">--data-dir DIR</code>.
      </p>
    </Card>
  );
}

// The secret leaves the address bar as soon as the page has read it, so that it is in no history and no screenshot.
let secret = "";

export function takeSecret(): void {
  if (!["/login", "/invite"].includes(location.pathname) || location.hash.length < 2) return;
  secret = decodeURIComponent(location.hash.slice(1));
  history.replaceState(history.state, "", location.pathname);
}

/** Opened by a one-time link. Only the click uses the link up, so a preview of it in some chat does no harm. */
export function SignInPage() {
  const { busy, error, comeIn } = useComingIn();
  if (!secret) return <SignedOutPage />;
  return (
    <Card title="Sign in to this machine">
      <p className="text-soft">
        This one-time link signs in this browser. It is used up when you press the button.
      </p>
      {error !== null && <Failed what="Signing in did not work." error={error} />}
      <Button
        look="primary"
        busy={busy}
        onClick={() => void comeIn(() => machine.login(secret))}
        className="h-9! w-full"
      >
        Sign in
      </Button>
    </Card>
  );
}

/** Opened by an invitation. A name may be left out where the invitation names somebody. */
export function JoinPage() {
  if (!secret) return <SignedOutPage />;
  return (
    <Card title="You are invited to this machine">
      <p className="text-soft">
        Choose what you are called and a password. The link works once; leave the name out if you were invited
        by name.
      </p>
      <NameAndPassword
        action="Join"
        isNew
        use={({ name, password }) => machine.acceptInvitation(secret, name.trim() || null, password)}
      />
    </Card>
  );
}
