import { type FormEvent, useState } from "react";
import type { Change } from "../api/people";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Field, INPUT } from "../parts/field";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";

export const MIN_PASSWORD = 12;

interface FieldProps {
  label: string;
  value: string;
  change(value: string): void;
  /** Whether it is one that is to be, and not one that is known. */
  fresh?: boolean;
}

export function PasswordField({ label, value, change, fresh = false }: FieldProps) {
  return (
    <Field label={label} hint={fresh ? `At least ${MIN_PASSWORD} characters.` : undefined}>
      {(ties) => (
        <input
          {...ties}
          type="password"
          autoComplete={fresh ? "new-password" : "current-password"}
          maxLength={1024}
          value={value}
          onChange={(event) => change(event.target.value)}
          className={INPUT}
        />
      )}
    </Field>
  );
}

interface GiveProps {
  name: string;
  change(what: Change): Promise<void>;
  close(): void;
}

/** For somebody who forgot theirs. */
export function GivePassword({ name, change, close }: GiveProps) {
  const [password, setPassword] = useState("");
  const acting = useActing();
  const save = (event: FormEvent) => {
    event.preventDefault();
    void acting.act("Set it", async () => {
      await change({ password });
      close();
    });
  };
  return (
    <Dialog label={`A new password for ${name}`} close={close}>
      <form onSubmit={save} className="space-y-3 p-5">
        <h2 className="font-semibold text-base tracking-tight">A new password for {name}</h2>
        <p className="text-soft">Tell it to them yourself. Their logins end, and they sign in with it.</p>
        <PasswordField label="New password" fresh value={password} change={setPassword} />
        {acting.fault && <Failed what="It was not set." error={acting.fault.error} />}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={acting.busy !== null}
            disabled={password.length < MIN_PASSWORD}
          >
            Set it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
