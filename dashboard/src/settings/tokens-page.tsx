import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { people, type Role, type Scope, type Token, type TokenMade, tokens } from "../api/people";
import { keys } from "../live/cache";
import { useIsAdministrator, useStatus } from "../live/hooks";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Choice, TextField } from "../parts/field";
import { Fold } from "../parts/fold";
import { useNow } from "../parts/now";
import { Mark, Section } from "../parts/page";
import { CopyLine, ShownOnce } from "../parts/shown-once";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { SettingsPart } from "./frame";
import { Loaded } from "./loaded";
import { nameOf, reachWords, scopesFor, tokenEnd } from "./people-words";
import { Nothing, Row, Rows } from "./rows";
import { useFresh } from "./use-report";

const LASTS = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
  ["", "For ever"],
] as const;
// What each start of the daemon makes anew for the command line of its data folder.
const OWN = "command line of this data folder";
type Days = (typeof LASTS)[number][0];

export function TokensPage() {
  const me = useStatus().data?.me;
  return (
    <SettingsPart id="tokens">
      <All />
      <Section title="Make a token">
        {me?.role === "viewer" ? (
          <p className="text-soft">Viewers make no tokens. Ask an administrator for another role.</p>
        ) : (
          me && <NewToken role={me.role} />
        )}
      </Section>
    </SettingsPart>
  );
}

function NewToken({ role }: { role: Role }) {
  const client = useQueryClient();
  const acting = useActing();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("tasks");
  const [days, setDays] = useState<Days>("90");
  const [made, setMade] = useState<TokenMade | null>(null);
  const make = () =>
    acting.act("Make it", async () => {
      setMade(await tokens.create(name.trim(), scope, days === "" ? null : Number(days)));
      setName("");
      await client.invalidateQueries({ queryKey: keys.tokens });
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) void make();
      }}
      className="max-w-[40rem] space-y-3"
    >
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField label="What it is for" value={name} change={setName} placeholder="pipeline" />
        <Choice label="It may" value={scope} change={(value) => setScope(value)} options={scopesFor(role)} />
        <Choice label="It lasts" value={days} change={(value) => setDays(value)} options={LASTS} />
      </div>
      <p className="text-faint text-xs">A token never reaches further than you do at that moment.</p>
      {acting.fault && <Failed what="There is no token." error={acting.fault.error} />}
      <Button type="submit" look="primary" busy={acting.busy !== null} disabled={name.trim() === ""}>
        Make it
      </Button>
      {made && <Shown made={made} close={() => setMade(null)} />}
    </form>
  );
}

function Shown({ made, close }: { made: TokenMade; close(): void }) {
  return (
    <ShownOnce title={`The token ${made.name}`} secret={made.token} close={close}>
      Copy it now: it is not shown again. Programs send it as{" "}
      <code className="font-mono text-xs">Authorization: Bearer …</code>; the command line takes it as
      MACHINE_TOKEN.
    </ShownOnce>
  );
}

function All() {
  const list = useFresh(keys.tokens, tokens.list);
  const now = useNow(60_000);
  return (
    <Loaded query={list} what="The list of tokens">
      {(items) => {
        const alive = items.filter((one) => tokenEnd(one, now) === null);
        const ended = items.filter((one) => tokenEnd(one, now) !== null);
        return (
          <div className="space-y-3">
            {alive.length === 0 ? <Teach /> : <Alive items={alive} />}
            {ended.length > 0 && (
              <Fold name="ended" title={`${ended.length} that work no more`} titleClass="min-h-6 text-soft">
                {() => <Ended items={ended} now={now} />}
              </Fold>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Teach() {
  return (
    <div className="space-y-2">
      <Nothing>There is no token yet. With one, a program can start tasks:</Nothing>
      <CopyLine
        label="Copy the example"
        text={`curl ${location.origin}/api/tasks -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"message": "…"}'`}
      />
    </div>
  );
}

function Alive({ items }: { items: readonly Token[] }) {
  const mayKnow = useIsAdministrator();
  const me = useStatus().data?.me.user_id;
  const known = useFresh(keys.people, people.list, { enabled: mayKnow });
  const client = useQueryClient();
  const [asked, ask] = useState<Token | null>(null);
  return (
    <>
      <Rows label="Tokens">
        {items.map((token) => (
          <Row
            key={token.token_id}
            name={token.name}
            marks={
              <>
                {token.user_id !== me && <Mark>{nameOf(known.data, token.user_id)}</Mark>}
                {token.name === OWN && <Mark>the machine’s own</Mark>}
              </>
            }
            about={<Life token={token} />}
          >
            <Button size="small" look="danger" aria-label={`Revoke ${token.name}`} onClick={() => ask(token)}>
              Revoke…
            </Button>
          </Row>
        ))}
      </Rows>
      {asked && (
        <Confirm
          title={`Revoke the token ${asked.name}?`}
          action="Revoke"
          act={async () => {
            await tokens.revoke(asked.token_id);
            await client.invalidateQueries({ queryKey: keys.tokens });
          }}
          close={() => ask(null)}
        >
          What works with it stops at once, and it cannot be brought back.
        </Confirm>
      )}
    </>
  );
}

function Life({ token }: { token: Token }) {
  return (
    <>
      {reachWords(token.scopes)} ·{" "}
      {token.last_used_at ? (
        <>
          used <When at={token.last_used_at} />
        </>
      ) : (
        "never used"
      )}{" "}
      ·{" "}
      {token.expires_at ? (
        <>
          ends <When at={token.expires_at} />
        </>
      ) : (
        "does not end"
      )}
    </>
  );
}

function Ended({ items, now }: { items: readonly Token[]; now: number }) {
  return (
    <div className="mt-2">
      <Rows label="Tokens that work no more">
        {items.map((token) => (
          <Row
            key={token.token_id}
            name={token.name}
            about={
              <>
                {tokenEnd(token, now)} <When at={token.revoked_at ?? token.expires_at ?? token.created_at} />
              </>
            }
          />
        ))}
      </Rows>
    </div>
  );
}
