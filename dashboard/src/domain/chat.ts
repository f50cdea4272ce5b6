import { type Card, cardOf, changeOf, stepOf } from "./brain-calls";
import type { ApprovalItem, EndItem, InputItem, Item, MarkerItem, TextItem, ToolItem } from "./items";

/** What a chat shows of a message and its answer, in order. */
export type Row =
  | { kind: "input"; key: string; item: InputItem }
  | { kind: "text"; key: string; item: TextItem }
  | { kind: "card"; key: string; card: Card }
  | { kind: "approval"; key: string; item: ApprovalItem }
  | { kind: "marker"; key: string; item: MarkerItem }
  | { kind: "end"; key: string; item: EndItem }
  | Steps;

/** Several things that the Brain did on its way, behind one line. */
export interface Steps {
  kind: "steps";
  key: string;
  items: Item[];
  /** In a few words. */
  title: string;
  failed: number;
  /** What it does just now; null when all of it is over. */
  now: string | null;
}

/** The rows of one message. Where the Brain brought something about there is a card, and its other steps are folded. */
export function rowsOf(items: readonly Item[]): Row[] {
  const rows: Row[] = [];
  let steps: Item[] = [];
  const fold = () => {
    const row = stepsOf(steps);
    if (row) rows.push(row);
    steps = [];
  };
  const denied = deniedIn(items);
  for (const item of items) {
    const row = denied.has(item.key) ? "nothing" : rowOf(item);
    if (row === null) steps.push(item);
    if (row === null || row === "nothing") continue;
    fold();
    rows.push(row);
  }
  fold();
  return rows;
}

/** The row of an item; null for a step among others. */
function rowOf(item: Item): Row | "nothing" | null {
  const { key } = item;
  switch (item.kind) {
    case "input":
    case "marker":
      return { kind: item.kind, key, item } as Row;
    case "text":
      // What a helper inside of the conversation said is a step.
      return item.parent ? null : { kind: "text", key, item };
    case "approval":
      return isTold(item) ? "nothing" : { kind: "approval", key, item };
    case "end":
      return item.status === "completed" ? "nothing" : { kind: "end", key, item };
    case "tool": {
      if (item.asked) return "nothing";
      const card = cardOf(item);
      return card && { kind: "card", key, card };
    }
    default:
      return null;
  }
}

/** The keys of calls that a person has refused: the refusal says all of it. */
function deniedIn(items: readonly Item[]): ReadonlySet<string> {
  const approvals = items.filter((item): item is ApprovalItem => item.kind === "approval");
  const refused = approvals.filter(({ approval }) => approval.answer?.decision === "deny");
  return new Set(refused.map(({ approval }) => `tool:${approval.tool_use_id}`));
}

/** Whether the card of what was allowed says all that there is to say. */
function isTold({ approval }: ApprovalItem): boolean {
  const isAllowed = approval.status !== "pending" && approval.answer?.decision === "allow";
  return isAllowed && changeOf(approval.tool_name, approval.input) !== null;
}

function stepsOf(items: Item[]): Steps | null {
  const tools = items.filter((item): item is ToolItem => item.kind === "tool");
  const first = items.find(({ kind }) => kind !== "details");
  // What the program said to nobody is nothing that was done.
  if (!first) return null;
  const words = [...new Set(tools.map(({ name }) => stepOf(name)))];
  const running = tools.findLast(({ done }) => !done);
  const thinks = items.findLast((item) => item.kind === "thinking" && !item.done);
  return {
    kind: "steps",
    key: `steps:${first.key}`,
    items,
    title:
      words.length > 0
        ? sentence(words)
        : items.some(({ kind }) => kind === "thinking")
          ? "Thought"
          : "Notes",
    failed: tools.filter(({ isError }) => isError).length,
    now: running ? stepOf(running.name) : thinks ? "Thinking" : null,
  };
}

const SHOWN_WORDS = 3;

function sentence(words: readonly string[]): string {
  const [first = "", ...rest] = words;
  const shown = rest
    .slice(0, SHOWN_WORDS - 1)
    .map((word) => word.replace(/^[A-Z](?=[a-z])/, (a) => a.toLowerCase()));
  const more = rest.length > shown.length ? ` and ${rest.length - shown.length} more` : "";
  return [first, ...shown].join(", ") + more;
}
