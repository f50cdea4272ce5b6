import { useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { webhooks } from "../api/webhooks";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Check } from "../parts/field";
import { ShownOnce } from "../parts/shown-once";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { inADay } from "./people";

/** A fresh secret for a webhook: asked for, then shown once. */
export function NewSecret({ name }: { name: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button
        size="small"
        icon={<KeyRound aria-hidden className="size-3.5" />}
        onClick={() => setAsked(true)}
      >
        New secret
      </Button>
      {asked && <Question name={name} close={() => setAsked(false)} />}
    </>
  );
}

function Question({ name, close }: { name: string; close(): void }) {
  const client = useQueryClient();
  const acting = useActing();
  const [secret, setSecret] = useState<string | null>(null);
  const [keepsOld, keepOld] = useState(true);
  const make = () =>
    acting.act("New secret", async () => {
      const made = await webhooks.newSecret(name, keepsOld ? inADay(Date.now()) : null);
      setSecret(made.secret);
      await client.invalidateQueries({ queryKey: keys.definitions("webhooks") });
    });
  if (secret !== null) {
    return (
      <ShownOnce title={`The new secret of ${name}`} secret={secret} close={close}>
        Enter it at the provider now: it is not shown again.
      </ShownOnce>
    );
  }
  return (
    <Dialog label="New secret" close={close}>
      <div className="space-y-3 p-5">
        <h2 className="font-semibold text-base tracking-tight">Give {name} a new secret?</h2>
        <p className="text-soft">It is made here and shown once, to be entered at the provider.</p>
        <Check label="Accept the old one for another day" checked={keepsOld} change={keepOld} />
        {acting.fault && <Failed what="There is no new secret." error={acting.fault.error} />}
        <div className="flex justify-end gap-2 pt-1">
          <Button autoFocus onClick={close}>
            Cancel
          </Button>
          <Button look="primary" busy={acting.busy !== null} onClick={() => void make()}>
            Make it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
