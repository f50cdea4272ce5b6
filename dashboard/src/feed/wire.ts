/** What goes over the socket, as the machine writes it. Shapes of events come from the program itself (api/schema). */
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type TaskStatus = Schemas["TaskStatus"];
export type Approval = Schemas["Approval"];
export type Answer = Schemas["Answer"];
export type Output = Schemas["Output"];
export type Usage = Schemas["Usage"];
export type CostKind = Schemas["CostKind"];
export type QueueReason = Schemas["QueueReason"];
export type TaskFailure = Schemas["TaskFailure"];

/** Where an event of a task stands: `seq` counts from 1 without gaps; `feed_seq` is its place in the machine's feed. */
interface TaskPlace {
  task_id: string;
  seq: number;
  at: string;
  feed_seq?: number | null;
}

export type TaskEvent = Schemas["TaskEvent"] & TaskPlace;
export type MachineEvent = Schemas["MachineEvent"] & { at: string; feed_seq?: number | null };
export type FeedEvent = TaskEvent | MachineEvent;

export type Ack = Schemas["Ack"];
export type CommandError = Schemas["Error"];
export type Ready = Schemas["SessionReady"];
export type Frame = Schemas["ServerMessage"] | FeedEvent;

/** A message to the machine, before it gets its id. What has a default may be left out. */
export type Command =
  | Message<"Subscribe">
  | Message<"Unsubscribe">
  | Message<"Feed">
  | Message<"ChatSay">
  | Message<"TaskSay">
  | Message<"TaskStop">
  | AnswerCommand;

type Message<Name extends keyof Schemas> = Omit<Schemas[Name], "id">;
type AnswerCommand = Partial<Message<"ApprovalAnswer">> &
  Pick<Schemas["ApprovalAnswer"], "type" | "approval_id" | "decision">;

export function isTaskEvent(event: FeedEvent): event is TaskEvent {
  return "task_id" in event && typeof event.task_id === "string" && typeof event.seq === "number";
}

/** A frame as it came in, or null for what is no JSON object with a type. Kinds unknown to this page pass through. */
export function parseFrame(text: string): Frame | null {
  try {
    const value: unknown = JSON.parse(text);
    const isFrame =
      typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
    return isFrame ? (value as Frame) : null;
  } catch {
    return null;
  }
}
