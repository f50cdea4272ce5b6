import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Credentials, login } from "../api/login";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Mark } from "../parts/page";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { methodWords, sourceWords, stateWords, verdictWords } from "./login-words";

const DOTS = { good: "bg-good", warn: "bg-warn", bad: "bg-bad", plain: "bg-edge" };

/** Whether Claude Code can work, in words, and all that is known of its login. */
export function LoginState({ found }: { found: Credentials }) {
  const { title, tone, meaning } = stateWords(found.state);
  const { details } = found;
  // Where there is no login at all, the title has said everything.
  const isEmpty = found.state === "needs_login" && details?.source === "file" && !details.file;
  const isWell = found.state === "ready" || found.state === "demo";
  return (
    <section aria-label="State" className="rounded-lg border">
      <div className="space-y-1 p-4">
        <h2 className="flex items-center gap-2 font-semibold text-base">
          <span aria-hidden className={`size-2 shrink-0 rounded-full ${DOTS[tone]}`} />
          {title}
        </h2>
        {!isWell && !isEmpty && found.message && <p className="[overflow-wrap:anywhere]">{found.message}</p>}
        <p className="text-soft">{meaning}</p>
      </div>
      {!isEmpty && <Facts found={found} />}
      {details && !isEmpty && found.state !== "demo" && <Actions found={found} />}
    </section>
  );
}

function Facts({ found }: { found: Credentials }) {
  const { details } = found;
  return (
    <dl className="grid gap-x-6 gap-y-2.5 border-t p-4 empty:hidden sm:grid-cols-2">
      {found.method && found.method !== "none" && <Fact name="How">{methodWords(found.method)}</Fact>}
      {found.subscription && <Fact name="Subscription">{found.subscription}</Fact>}
      {details && found.state !== "demo" && <Fact name="From">{sourceWords(details)}</Fact>}
      {found.expires_at && (
        <Fact name="Log in again">
          <When at={found.expires_at} />
        </Fact>
      )}
      {found.state === "quota" && found.until && (
        <Fact name="The quota is back">
          <When at={found.until} />
        </Fact>
      )}
      {found.state !== "demo" && (
        <Fact name="Last request that worked">
          {found.last_ok ? <When at={found.last_ok} /> : "none yet"}
        </Fact>
      )}
      {found.last_refused && (
        <Fact name="Last refused">
          <When at={found.last_refused} />
        </Fact>
      )}
      {details?.file_problem && <Fact name="The login file">{details.file_problem}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** Try it, and give it up. */
function Actions({ found }: { found: Credentials }) {
  const client = useQueryClient();
  const acting = useActing();
  const [said, setSaid] = useState("");
  const [asks, ask] = useState(false);
  const { details } = found;
  const changed = () => client.invalidateQueries({ queryKey: keys.credentials });
  const validate = () =>
    acting.act("Try it now", async () => {
      setSaid("");
      setSaid(verdictWords(await login.validate()));
      await changed();
    });
  const hasSomething = details?.file || (details?.kept.length ?? 0) > 0;
  return (
    <div className="space-y-3 border-t p-4">
      <div className="flex flex-wrap items-center gap-2">
        <Button busy={acting.busy !== null} onClick={() => void validate()}>
          Try it now
        </Button>
        {hasSomething && details?.source !== "own_folder" && (
          <Button look="danger" onClick={() => ask(true)}>
            Log out…
          </Button>
        )}
        {details?.source === "own_folder" && <Mark>not to be changed from here</Mark>}
        <span role="status" className="text-soft [overflow-wrap:anywhere]">
          {acting.busy ? "A real request is made…" : said}
        </span>
      </div>
      <p className="text-faint text-xs">Trying makes one real request, which costs a fraction of a cent.</p>
      {acting.fault && <Failed what="It could not be tried." error={acting.fault.error} />}
      {asks && (
        <Confirm
          title="Log Claude out of this machine?"
          action="Log out"
          act={async () => {
            await login.logOut();
            setSaid("");
            await changed();
          }}
          close={() => ask(false)}
        >
          The login file and the keys kept here are forgotten. Tasks wait until there is a login again. What
          the machine was started with stays.
        </Confirm>
      )}
    </div>
  );
}
