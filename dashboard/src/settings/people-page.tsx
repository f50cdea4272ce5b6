import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Change, type Person, people, type Role } from "../api/people";
import { keys } from "../live/cache";
import { useStatus } from "../live/hooks";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { INPUT } from "../parts/field";
import { Mark, Section } from "../parts/page";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { SettingsPart } from "./frame";
import { Invitations } from "./invitations";
import { Loaded } from "./loaded";
import { GivePassword } from "./password-form";
import { MAY, ROLES } from "./people-words";
import { Row, Rows } from "./rows";
import { useFresh } from "./use-report";

/** Who there is, and who is invited. */
export function PeoplePage() {
  return (
    <SettingsPart id="people">
      <Everybody />
      <Section title="Invite somebody">
        <Invitations />
      </Section>
      <Section title="What roles may do">
        <dl className="space-y-1.5">
          {ROLES.map(([role, name]) => (
            <div key={role} className="flex flex-wrap gap-x-2">
              <dt className="font-medium">{name}</dt>
              <dd className="text-soft">{MAY[role]}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </SettingsPart>
  );
}

function Everybody() {
  const list = useFresh(keys.people, people.list);
  const me = useStatus().data?.me.user_id;
  return (
    <Loaded query={list} what="The list of people">
      {(items) => (
        <Rows label="People">
          {items.map((person) => (
            <One key={person.user_id} person={person} isMe={person.user_id === me} />
          ))}
        </Rows>
      )}
    </Loaded>
  );
}

type Question = "delete" | "disable" | "password" | null;

function One({ person, isMe }: { person: Person; isMe: boolean }) {
  const client = useQueryClient();
  const acting = useActing();
  const [question, ask] = useState<Question>(null);
  const { user_id, name, role, disabled } = person;
  const change = async (what: Change) => {
    await people.change(user_id, what);
    await client.invalidateQueries({ queryKey: keys.people });
  };
  return (
    <>
      <Row
        name={name}
        marks={<Marks person={person} isMe={isMe} />}
        about={
          <>
            joined <When at={person.created_at} />
          </>
        }
      >
        <select
          aria-label={`Role of ${name}`}
          value={role}
          disabled={acting.busy !== null}
          onChange={(event) => void acting.act("Role", () => change({ role: event.target.value as Role }))}
          className={`${INPUT} h-7! w-auto! px-1.5! text-xs!`}
        >
          {ROLES.map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
        {!isMe && (
          <>
            <Button
              size="small"
              busy={acting.busy === "Enable"}
              onClick={() =>
                disabled ? void acting.act("Enable", () => change({ disabled: false })) : ask("disable")
              }
            >
              {disabled ? "Enable" : "Disable…"}
            </Button>
            <Button size="small" onClick={() => ask("password")}>
              New password…
            </Button>
            <Button size="small" look="danger" aria-label={`Delete ${name}`} onClick={() => ask("delete")}>
              Delete…
            </Button>
          </>
        )}
      </Row>
      {acting.fault && (
        <li className="p-3">
          <Failed what={`${name} was not changed.`} error={acting.fault.error} />
        </li>
      )}
      <Questions person={person} question={question} change={change} close={() => ask(null)} />
    </>
  );
}

function Marks({ person, isMe }: { person: Person; isMe: boolean }) {
  return (
    <>
      {isMe && <Mark>you</Mark>}
      {person.disabled && <Mark tone="warn">disabled</Mark>}
      {!person.has_password && <Mark>comes in by link</Mark>}
    </>
  );
}

interface QuestionsProps {
  person: Person;
  question: Question;
  change(what: Change): Promise<void>;
  close(): void;
}

/** What is asked before somebody loses something. */
function Questions({ person, question, change, close }: QuestionsProps) {
  const client = useQueryClient();
  const { user_id, name } = person;
  if (question === "password") return <GivePassword name={name} change={change} close={close} />;
  if (question === "disable") {
    return (
      <Confirm
        title={`Disable ${name}?`}
        action="Disable"
        act={() => change({ disabled: true })}
        close={close}
      >
        {name} is signed out everywhere at once, and their tokens stop working, until you enable them again.
      </Confirm>
    );
  }
  if (question !== "delete") return null;
  const remove = async () => {
    await people.remove(user_id);
    await client.invalidateQueries({ queryKey: keys.people });
  };
  return (
    <Confirm title={`Delete ${name}?`} action="Delete" act={remove} close={close}>
      Their logins and tokens end at once, and cannot be brought back. Their tasks stay.
    </Confirm>
  );
}
