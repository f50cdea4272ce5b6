import { useQuery } from "@tanstack/react-query";
import type { Status } from "../api/machine";
import { people } from "../api/people";
import { keys } from "../live/cache";
import { useTasks } from "../live/hooks";
import { isHidden, stepsOf } from "./steps";

/** Whether somebody has first steps before them; undefined until that is known. */
export function useHasSteps(status: Status | undefined): boolean | undefined {
  const userId = status?.me.user_id ?? "";
  const mayHave = status?.me.role === "administrator" && !isHidden("all");
  const person = useQuery({
    queryKey: keys.person(userId),
    queryFn: () => people.get(userId),
    enabled: mayHave,
  });
  const { tasks, recent } = useTasks();
  // What could not be asked holds nothing up: the steps then come late.
  const isAsking = [person, recent].some(({ isPending, failureCount }) => isPending && failureCount === 0);
  if (!status || !mayHave) return false;
  if (!person.data || recent.isPending) return isAsking ? undefined : false;
  const steps = stepsOf({
    hasPassword: person.data.has_password,
    skippedPassword: isHidden("password"),
    auth: status.auth.state,
    tasks: tasks.length,
  });
  return steps.some(({ done }) => !done);
}
