import { memo, type ReactNode } from "react";
import type { Item } from "../domain/items";
import { ApprovalCard } from "./approval-card";
import { End } from "./end";
import { Details, Input, Marker, System, Text, Thinking } from "./messages";
import { ToolCard } from "./tool-card";

/** One item of a conversation; `live` while the task runs. */
export const Row = memo(function Row({ item, live }: { item: Item; live: boolean }) {
  switch (item.kind) {
    case "input":
      return <Input item={item} />;
    case "text":
      return <Text item={item} />;
    case "thinking":
      return <Thinking item={item} />;
    case "tool":
      return <ToolCard item={item} live={live} row={row} />;
    case "approval":
      return <ApprovalCard item={item} />;
    case "marker":
      return <Marker item={item} />;
    case "details":
      return <Details item={item} />;
    case "end":
      return <End item={item} />;
    default:
      return <System item={item} />;
  }
});

/** What a card draws its sub-agent's items with. */
function row(item: Item, live: boolean): ReactNode {
  return <Row item={item} live={live} />;
}
