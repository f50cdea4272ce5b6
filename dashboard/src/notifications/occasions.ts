import type { Occasion } from "../api/notifications";

/** What can be told, in the order in which it is offered. */
export const OCCASIONS: Readonly<Record<Occasion, string>> = {
  waiting: "Waits for an answer",
  completed: "Done",
  failed: "Failed",
  cancelled: "Stopped",
};

export const ALL_OCCASIONS = Object.keys(OCCASIONS) as Occasion[];
