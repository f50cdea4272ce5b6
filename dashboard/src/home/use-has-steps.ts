import { useQuery } from "@tanstack/react-query";
import type { Status } from "../api/machine";
import { people } from "../api/people";
import { useChats } from "../chat/use-chats";
import { keys } from "../live/cache";
import { useTasks } from "../live/hooks";
import { isHidden, stepsOf } from "./steps";

/** How much the machine was ever given, as far as it shows: what is said to the Brain is in no list of tasks. */
export function useGiven(mayHave = true) {
  const { tasks, recent } = useTasks();
  const asksChats = mayHave && recent.isSuccess && tasks.length === 0;
  const chats = useChats("", asksChats);
  const given = tasks.length + (chats.data?.pages[0]?.items.length ?? 0);
  return { given, asked: asksChats ? [recent, chats] : [recent] };
}

/** Whether somebody has first steps before them; undefined until that is known. */
export function useHasSteps(status: Status | undefined): boolean | undefined {
  const userId = status?.me.user_id ?? "";
  const mayHave = status?.me.role === "administrator" && !isHidden("all");
  const person = useQuery({
    queryKey: keys.person(userId),
    queryFn: () => people.get(userId),
    enabled: mayHave,
  });
  const { given, asked } = useGiven(mayHave);
  // What could not be asked holds nothing up: the steps then come late.
  const isAsking = [person, ...asked].some(({ isPending, failureCount }) => isPending && failureCount === 0);
  if (!status || !mayHave) return false;
  if (!person.data || asked.some(({ isPending }) => isPending)) return isAsking ? undefined : false;
  const steps = stepsOf({
    hasPassword: person.data.has_password,
    skippedPassword: isHidden("password"),
    auth: status.auth.state,
    tasks: given,
  });
  return steps.some(({ done }) => !done);
}
