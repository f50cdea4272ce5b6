import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Status } from "../api/machine";
import { type Login, logins, type Person, people } from "../api/people";
import { keys } from "../live/cache";
import { useIsAdministrator, useStatus } from "../live/hooks";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { Fold } from "../parts/fold";
import { Mark, Section } from "../parts/page";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { SettingsPart } from "./frame";
import { Loaded } from "./loaded";
import { MIN_PASSWORD, PasswordField } from "./password-form";
import { browserWords, MAY, nameFault, nameOf } from "./people-words";
import { Row, Rows } from "./rows";
import { useFresh } from "./use-report";

/** Oneself: what one is called, how one comes in, and where one is. */
export function AccountPage() {
  const me = useStatus().data?.me;
  return <SettingsPart id="logins">{me && <Oneself me={me} />}</SettingsPart>;
}

function Oneself({ me }: { me: Status["me"] }) {
  const person = useFresh(keys.person(me.user_id), () => people.get(me.user_id));
  return (
    <>
      <Loaded query={person} what="Your account">
        {(found) => (
          <>
            <Section title="Name">
              <NameForm key={found.name} person={found} />
            </Section>
            <Section title={found.has_password ? "Password" : "Set a password"}>
              <PasswordForm person={found} />
            </Section>
          </>
        )}
      </Loaded>
      <Section title="Where you are signed in">
        <Logins me={me.user_id} />
      </Section>
    </>
  );
}

function NameForm({ person }: { person: Person }) {
  const client = useQueryClient();
  const acting = useActing();
  const [name, setName] = useState(person.name);
  const fault = nameFault(name.trim());
  const save = (event: FormEvent) => {
    event.preventDefault();
    void acting.act("Save", async () => {
      await people.change(person.user_id, { name: name.trim() });
      await client.invalidateQueries({ queryKey: keys.people });
      await client.invalidateQueries({ queryKey: keys.status });
    });
  };
  return (
    <form onSubmit={save} className="max-w-[24rem] space-y-3">
      <TextField
        label="What you are called"
        value={name}
        change={setName}
        fault={fault}
        hint={`You are ${person.role}. ${MAY[person.role]}`}
      />
      {acting.fault && <Failed what="Your name was not changed." error={acting.fault.error} />}
      <Button
        type="submit"
        busy={acting.busy !== null}
        disabled={fault !== null || name.trim() === person.name}
      >
        Change it
      </Button>
    </form>
  );
}

/** One's own password: a first one, or another one in its place. */
export function PasswordForm({ person, beside }: { person: Person; beside?: ReactNode }) {
  const client = useQueryClient();
  const acting = useActing();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [said, setSaid] = useState("");
  const save = (event: FormEvent) => {
    event.preventDefault();
    void acting.act("Set it", async () => {
      setSaid("");
      await people.setPassword(fresh, person.has_password ? old : null);
      setOld("");
      setFresh("");
      setSaid("Your password is set. Your other logins have ended.");
      void client.invalidateQueries({ queryKey: keys.logins });
      await client.invalidateQueries({ queryKey: keys.people });
    });
  };
  return (
    <form onSubmit={save} className="max-w-[24rem] space-y-3">
      {/* For password managers, which keep a password under a name. */}
      <input type="text" autoComplete="username" value={person.name} readOnly hidden />
      {person.has_password && <PasswordField label="Old password" value={old} change={setOld} />}
      <PasswordField label="New password" fresh value={fresh} change={setFresh} />
      {acting.fault && <Failed what="Your password was not set." error={acting.fault.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" busy={acting.busy !== null} disabled={fresh.length < MIN_PASSWORD}>
          Set the password
        </Button>
        {beside}
        <span role="status" className="text-soft">
          {said}
        </span>
      </div>
    </form>
  );
}

function Logins({ me }: { me: string }) {
  const list = useFresh(keys.logins, logins.list);
  return (
    <Loaded query={list} what="The list of logins">
      {(items) => {
        const others = items.filter(({ user_id }) => user_id !== me);
        return (
          <div className="space-y-3">
            <Browsers label="Your logins" items={items.filter(({ user_id }) => user_id === me)} />
            {others.length > 0 && (
              <Fold name="others" title={`${others.length} of other people`} titleClass="min-h-6 text-soft">
                {() => (
                  <div className="mt-2">
                    <Browsers label="Logins of others" items={others} named />
                  </div>
                )}
              </Fold>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Browsers({
  label,
  items,
  named = false,
}: {
  label: string;
  items: readonly Login[];
  named?: boolean;
}) {
  const mayKnow = useIsAdministrator();
  const known = useFresh(keys.people, people.list, { enabled: mayKnow && named });
  const client = useQueryClient();
  const acting = useActing();
  const end = (id: string) =>
    acting.act(id, async () => {
      await logins.end(id);
      await client.invalidateQueries({ queryKey: keys.logins });
    });
  return (
    <div className="space-y-3">
      <Rows label={label}>
        {items.map((login) => (
          <Row
            key={login.login_id}
            name={browserWords(login.user_agent)}
            marks={
              <>
                {login.current && <Mark tone="good">this browser</Mark>}
                {named && <Mark>{nameOf(known.data, login.user_id)}</Mark>}
              </>
            }
            about={
              <>
                last seen <When at={login.last_seen_at} />, ends <When at={login.expires_at} />
              </>
            }
          >
            {!login.current && (
              <Button
                size="small"
                look="danger"
                busy={acting.busy === login.login_id}
                onClick={() => void end(login.login_id)}
              >
                Sign out
              </Button>
            )}
          </Row>
        ))}
      </Rows>
      {acting.fault && <Failed what="It was not signed out." error={acting.fault.error} />}
    </div>
  );
}
