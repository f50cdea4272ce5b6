import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { machine } from "../api/machine";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { CopyButton } from "../parts/copy";
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

/** No login: says how to get one. */
export function SignedOutPage() {
  return (
    <Card title="You are signed out">
      <p className="text-soft">
        To sign in this browser, run this on the machine and open the link that it prints. A link works once.
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
  if (location.pathname !== "/login" || location.hash.length < 2) return;
  secret = decodeURIComponent(location.hash.slice(1));
  history.replaceState(history.state, "", location.pathname);
}

/** Opened by a one-time link. Only the click uses the link up, so a preview of it in some chat does no harm. */
export function SignInPage() {
  const { client, feed } = useLive();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (!secret) return <SignedOutPage />;
  const signIn = async () => {
    setBusy(true);
    try {
      await machine.login(secret);
      secret = "";
      client.clear();
      feed.forget();
      await navigate({ to: "/" });
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Card title="Sign in to this machine">
      <p className="text-soft">
        This one-time link signs in this browser. It is used up when you press the button.
      </p>
      {error !== null && <Failed what="Signing in did not work." error={error} />}
      <Button look="primary" busy={busy} onClick={() => void signIn()} className="h-9! w-full">
        Sign in
      </Button>
    </Card>
  );
}
