import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Invitation, invitations, type Role } from "../api/people";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Choice, TextField } from "../parts/field";
import { Fold } from "../parts/fold";
import { useNow } from "../parts/now";
import { ShownOnce } from "../parts/shown-once";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { Loaded } from "./loaded";
import { invitationStanding, MAY, nameFault, ROLES, type Standing } from "./people-words";
import { Row, Rows } from "./rows";
import { useFresh } from "./use-report";

const LASTS = [
  ["24", "One day"],
  ["72", "Three days"],
  ["168", "A week"],
] as const;
type Hours = (typeof LASTS)[number][0];

/** A link for one person, and those that were made before. */
export function Invitations() {
  return (
    <div className="space-y-4">
      <NewInvitation />
      <Made />
    </div>
  );
}

function NewInvitation() {
  const client = useQueryClient();
  const acting = useActing();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [hours, setHours] = useState<Hours>("72");
  const [link, setLink] = useState<string | null>(null);
  const fault = name.trim() === "" ? null : nameFault(name.trim());
  const invite = () =>
    acting.act("Invite", async () => {
      setLink((await invitations.create(name.trim() || null, role, Number(hours))).link);
      setName("");
      await client.invalidateQueries({ queryKey: keys.invitations });
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!fault) void invite();
      }}
      className="max-w-[40rem] space-y-3"
    >
      <p className="text-soft">
        Make a link and send it to them: who opens it chooses a name and a password.
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField label="Name" value={name} change={setName} fault={fault} hint="May be left to them." />
        <Choice
          label="Role"
          value={role}
          change={(value) => setRole(value)}
          options={ROLES}
          hint={MAY[role]}
        />
        <Choice
          label="The link is good for"
          value={hours}
          change={(value) => setHours(value)}
          options={LASTS}
        />
      </div>
      {acting.fault && <Failed what="There is no invitation." error={acting.fault.error} />}
      <Button type="submit" look="primary" busy={acting.busy !== null} disabled={fault !== null}>
        Make the link
      </Button>
      {link !== null && (
        <ShownOnce title="The invitation" secret={link} close={() => setLink(null)}>
          Send this link to the one whom you invite. It works once, and is not shown again.
        </ShownOnce>
      )}
    </form>
  );
}

const ENDED: Readonly<Record<Exclude<Standing, "open">, string>> = {
  used: "used",
  revoked: "revoked",
  expired: "expired unused",
};

function Made() {
  const list = useFresh(keys.invitations, invitations.list);
  const now = useNow(60_000);
  return (
    <Loaded query={list} what="The list of invitations">
      {(items) => {
        const open = items.filter((one) => invitationStanding(one, now) === "open");
        const ended = items.filter((one) => invitationStanding(one, now) !== "open");
        return (
          <div className="space-y-3">
            {open.length > 0 && (
              <Rows label="Open invitations">
                {open.map((one) => (
                  <Open key={one.invitation_id} invitation={one} />
                ))}
              </Rows>
            )}
            {ended.length > 0 && (
              <Fold name="ended" title={`${ended.length} used or over`} titleClass="min-h-6 text-soft">
                {() => <Ended items={ended} now={now} />}
              </Fold>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

const whom = ({ name, role }: Invitation) => (name ? `${name}, as ${role}` : `Somebody, as ${role}`);

function Open({ invitation }: { invitation: Invitation }) {
  const client = useQueryClient();
  const acting = useActing();
  const revoke = () =>
    acting.act("Revoke", async () => {
      await invitations.revoke(invitation.invitation_id);
      await client.invalidateQueries({ queryKey: keys.invitations });
    });
  return (
    <>
      <Row
        name={whom(invitation)}
        about={
          <>
            made <When at={invitation.created_at} />, ends <When at={invitation.expires_at} />
          </>
        }
      >
        <Button size="small" look="danger" busy={acting.busy !== null} onClick={() => void revoke()}>
          Revoke
        </Button>
      </Row>
      {acting.fault && (
        <li className="p-3">
          <Failed what="It was not revoked." error={acting.fault.error} />
        </li>
      )}
    </>
  );
}

function Ended({ items, now }: { items: readonly Invitation[]; now: number }) {
  return (
    <div className="mt-2">
      <Rows label="Invitations that are over">
        {items.map((one) => {
          const standing = invitationStanding(one, now);
          return (
            <Row
              key={one.invitation_id}
              name={whom(one)}
              about={
                <>
                  {standing !== "open" && ENDED[standing]}, made <When at={one.created_at} />
                </>
              }
            />
          );
        })}
      </Rows>
    </div>
  );
}
