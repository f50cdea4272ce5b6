import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Machine, type MachineList, machines } from "../api/machines";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Failed } from "../parts/states";
import { isPresent, tasksText } from "./words";

/** Drain, after a question; resume at once, for nothing is lost by it. */
export function MachineActions({ machine }: { machine: Machine }) {
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { machine_id: id, role, state } = machine;
  if (role === "web" || !isPresent(machine)) return null;
  const take = (changed: Machine) =>
    client.setQueryData<MachineList>(
      keys.machines,
      (list) => list && { ...list, items: list.items.map((one) => (one.machine_id === id ? changed : one)) },
    );
  const resume = async () => {
    setBusy(true);
    setError(null);
    try {
      take(await machines.resume(id));
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {state === "draining" ? (
        <Button size="small" busy={busy} onClick={() => void resume()} aria-label={`Resume ${id}`}>
          Resume
        </Button>
      ) : (
        <Button size="small" onClick={() => setAsks(true)} aria-label={`Drain ${id}`}>
          Drain
        </Button>
      )}
      {error !== null && <Failed what="It could not be resumed." error={error} />}
      {asks && (
        <Confirm
          title={`Drain ${id}?`}
          action="Drain it"
          act={async () => take(await machines.drain(id))}
          close={() => setAsks(false)}
        >
          <DrainWords machine={machine} />
        </Confirm>
      )}
    </>
  );
}

function DrainWords({ machine }: { machine: Machine }) {
  const { running, waiting } = machine.tasks;
  const has = tasksText({ queued: 0, running, waiting });
  return (
    <>
      It takes no more tasks. {has ? `What it has (${has}) goes on there.` : "It has none now."} Conversations
      that are at home there go on elsewhere where they are stored in a shared folder; others wait until it is
      resumed or shut down.
    </>
  );
}
