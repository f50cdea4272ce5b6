import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { backups } from "../api/disk";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Field, INPUT } from "../parts/field";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { passphraseFault } from "./disk-words";

/** Begins one; the list says when it is there. */
export function NewBackup({ isMaking }: { isMaking: boolean }) {
  const client = useQueryClient();
  const acting = useActing();
  const [words, setWords] = useState("");
  const [again, setAgain] = useState("");
  const fault = passphraseFault(words);
  const isOther = again !== "" && again !== words;
  const make = (event: FormEvent) => {
    event.preventDefault();
    if (fault !== null || again !== words) return;
    void acting.act("Make a backup", async () => {
      await backups.make(words || null);
      setWords("");
      setAgain("");
      await client.invalidateQueries({ queryKey: keys.backups });
    });
  };
  return (
    <form onSubmit={make} className="max-w-[40rem] space-y-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <Secret
          label="Passphrase"
          value={words}
          change={setWords}
          fault={fault}
          hint="If you give one, nobody opens the file without it, you neither: keep it elsewhere."
        />
        <Secret
          label="The passphrase again"
          value={again}
          change={setAgain}
          fault={isOther ? "It is another one." : null}
        />
      </div>
      {acting.fault && <Failed what="No backup was begun." error={acting.fault.error} />}
      <Button
        type="submit"
        look="primary"
        busy={acting.busy !== null || isMaking}
        disabled={fault !== null || again !== words}
      >
        Make a backup now
      </Button>
    </form>
  );
}

interface SecretProps {
  label: string;
  value: string;
  change(value: string): void;
  fault: string | null;
  hint?: string;
}

function Secret({ label, value, change, fault, hint }: SecretProps) {
  return (
    <Field label={label} fault={fault} hint={hint}>
      {(ties) => (
        <input
          {...ties}
          type="password"
          autoComplete="new-password"
          maxLength={1024}
          value={value}
          onChange={(event) => change(event.target.value)}
          className={INPUT}
        />
      )}
    </Field>
  );
}
