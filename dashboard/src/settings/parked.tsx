import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { budgets } from "../api/budgets";
import { pathOf, type Task } from "../domain/task";
import { Button } from "../parts/button";
import { Section } from "../parts/page";
import { Failed } from "../parts/states";
import { When } from "../parts/when";
import { useActing } from "../task/task-actions";
import { useTaskList } from "../tasks/use-list";
import { Row, Rows } from "./rows";

const QUEUED = { status: "queued", chats: true };

/** The tasks that a used-up budget holds back; nothing while there are none. */
export function Parked() {
  const { tasks, hasNextPage, isFetchingNextPage, fetchNextPage } = useTaskList(QUEUED);
  const parked = tasks.filter(({ queue_reason }) => queue_reason === "budget");
  if (parked.length === 0 && !hasNextPage) return null;
  return (
    <Section title="Held back today">
      <Rows label="Held back today">
        {parked.map((task) => (
          <ParkedTask key={task.task_id} task={task} />
        ))}
      </Rows>
      {hasNextPage && (
        <Button className="mt-2" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Look for older ones
        </Button>
      )}
    </Section>
  );
}

function ParkedTask({ task }: { task: Task }) {
  const { task_id, title, assigned_agent, parked_until } = task;
  const acting = useActing();
  const [isThrough, setThrough] = useState(false);
  const letThrough = () =>
    acting.act("let through", async () => {
      await budgets.letThrough(task_id);
      setThrough(true);
    });
  return (
    <Row
      name={
        <Link to={pathOf(task)} className="hover:underline">
          {title}
        </Link>
      }
      about={
        <>
          {assigned_agent}
          {parked_until && (
            <>
              {" "}
              · goes on <When at={parked_until} />
            </>
          )}
        </>
      }
    >
      {isThrough ? (
        <span role="status" className="text-soft text-xs">
          Runs as soon as there is a slot
        </span>
      ) : (
        <Button size="small" busy={acting.busy !== null} onClick={() => void letThrough()}>
          Let it run today
        </Button>
      )}
      {acting.fault && <Failed what="It still waits." error={acting.fault.error} />}
    </Row>
  );
}
