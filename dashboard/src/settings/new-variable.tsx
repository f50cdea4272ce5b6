import { useState } from "react";
import { variables } from "../api/variables";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { variableFault } from "./name";
import { useChanged } from "./use-changed";

/** Sets one, in place of what was there. */
export function NewVariable() {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [done, setDone] = useState("");
  const changed = useChanged();
  const acting = useActing();
  const fault = name === "" ? null : variableFault(name);
  const isReady = name !== "" && value !== "" && fault === null;
  const save = () =>
    acting.act("Set", async () => {
      await variables.set(name, value);
      await changed();
      setDone(name);
      setName("");
      setValue("");
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        if (isReady) void save();
      }}
      className="max-w-[40rem] space-y-3"
    >
      <TextField
        label="Name"
        mono
        value={name}
        change={setName}
        placeholder="GITHUB_TOKEN"
        fault={fault}
        hint="One that is there already gets the new value."
      />
      <TextField label="Value" mono rows={1} value={value} change={setValue} hint="Several lines are fine." />
      {acting.fault && <Failed what="It was not set." error={acting.fault.error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" busy={acting.busy !== null} disabled={!isReady}>
          Set it
        </Button>
        <span role="status" className="text-soft">
          {done && `${done} is set.`}
        </span>
      </div>
    </form>
  );
}
