import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Channel, type ChannelMade, channels, type Occasion } from "../api/notifications";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { CopyButton } from "../parts/copy";
import { Check, Choice, TextField } from "../parts/field";
import { Notice } from "../parts/notice";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { ALL_OCCASIONS, OCCASIONS } from "./occasions";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const USUAL: readonly Occasion[] = ["waiting", "completed", "failed"];
const KINDS: readonly (readonly [Channel["kind"], string])[] = [
  ["slack", "Slack message (or Mattermost, Rocket.Chat)"],
  ["webhook", "Webhook, signed"],
];

export function NewChannelForm() {
  const client = useQueryClient();
  const acting = useActing();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Channel["kind"]>("slack");
  const [url, setUrl] = useState("");
  const [occasions, setOccasions] = useState<readonly Occasion[]>(USUAL);
  const [made, setMade] = useState<ChannelMade | null>(null);
  const fault = name === "" || NAME.test(name) ? null : "Small letters, digits and hyphens; a letter first.";
  const isReady = NAME.test(name) && url !== "" && occasions.length > 0;
  const add = () =>
    acting.act("Add", async () => {
      setMade(await channels.add({ name, kind, url, occasions: [...occasions] }));
      setName("");
      setUrl("");
      await client.invalidateQueries({ queryKey: keys.channels });
    });
  const pick = (one: Occasion, isIn: boolean) =>
    setOccasions(ALL_OCCASIONS.filter((known) => (known === one ? isIn : occasions.includes(known))));
  return (
    <form
      className="max-w-[40rem] space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void add();
      }}
    >
      <Choice<Channel["kind"]> label="Kind" value={kind} change={setKind} options={KINDS} />
      <TextField label="Name" value={name} change={setName} placeholder="ops" fault={fault} />
      <TextField
        label="Address"
        mono
        value={url}
        change={setUrl}
        placeholder={
          kind === "slack" ? "https://hooks.slack.com/services/…" : "https://example.com/hooks/machine"
        }
        hint="It is kept encrypted and never shown again."
      />
      <fieldset>
        <legend className="mb-1 font-medium">Tell when a task</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {ALL_OCCASIONS.map((one) => (
            <Check
              key={one}
              label={OCCASIONS[one]}
              checked={occasions.includes(one)}
              change={(isIn) => pick(one, isIn)}
            />
          ))}
        </div>
      </fieldset>
      {acting.fault && <Failed what="It was not added." error={acting.fault.error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" busy={acting.busy !== null} disabled={!isReady}>
          Add it
        </Button>
        <span role="status" className="text-soft">
          {made && `${made.name} is told from now on.`}
        </span>
      </div>
      {made?.signing_secret && (
        <Notice title={`Messages to ${made.name} are signed with this secret. It is shown this once.`}>
          <span className="flex items-center gap-1">
            <code className="min-w-0 font-mono text-xs">{made.signing_secret}</code>
            <CopyButton text={made.signing_secret} label="Copy the secret" />
          </span>
        </Notice>
      )}
    </form>
  );
}
