import { useNavigate } from "@tanstack/react-router";
import { chats } from "../api/chat";
import { machine, type NewTask } from "../api/machine";

/** The Brain: it answers itself, or hands on what another agent does better. */
export const MACHINE = "brain";

/** What is wished for; for an agent with all that a task may say beside it. */
export type Order = Partial<NewTask> & Pick<NewTask, "message">;
export type Start = (order: Order) => Promise<void>;

/** Says it to the machine, or to one agent, and goes to where it is answered. */
export function useStart(): Start {
  const navigate = useNavigate();
  return async ({ agent = MACHINE, ...order }) => {
    // What is said to the machine itself is a conversation; what an agent was asked for is a task.
    if (agent === MACHINE) {
      const { message, attachments = [] } = order;
      const { conversation_id } = await chats.say({ message, attachments });
      await navigate({ to: "/chat/$conversationId", params: { conversationId: conversation_id } });
    } else {
      const { task_id } = await machine.start({ ...order, agent });
      await navigate({ to: "/tasks/$taskId", params: { taskId: task_id } });
    }
  };
}
