import type { Approval, Output, QueueReason, TaskEvent } from "../feed/wire";
import { type BackgroundNews, backgroundNews } from "./background";
import {
  type Item,
  isQuiet,
  type Move,
  movedText,
  type Note,
  queuedText,
  resumedText,
  type TextItem,
} from "./items";
import { type Todos, todosAfter } from "./todos";
import { newTool, parsed, toolKey } from "./tool-items";

/** Where an item stands: in the list itself, or among those of the sub-agent that the call `within` began. */
interface Place {
  list: Item[];
  index: number;
  within: string | null;
}

type End = Extract<TaskEvent, { type: "task.completed" | "task.failed" | "task.cancelled" }>;

/**
 * Folds a task's events, in order, into what is shown of them.
 *
 * Each event costs a constant time: items are found by index, and one that changes is replaced by a new object, so a
 * view can tell by identity what to draw again. `items` is the list itself; it is only ever added to or replaced in.
 */
export class Conversation {
  readonly items: Item[] = [];
  #places = new Map<string, Place>();
  #open: string | null = null;
  #queueReason: QueueReason | null = null;
  #queueMessage = "";
  #machine: string | null = null;
  /** From which machine to which it has moved, in order. */
  readonly moves: Move[] = [];
  #notes: Note[] = [];
  #details: string | null = null;
  #todos: Todos = [];

  apply(event: TaskEvent): void {
    switch (event.type) {
      case "task.created":
        this.#say(event, "first", event.data.input_message);
        return;
      case "task.input":
        this.#say(event, `input:${event.data.input_id}`, event.data.message);
        return;
      case "task.output":
        this.#output(event, event.data);
        return;
      case "task.started":
        this.#started(event);
        return;
      case "task.parked":
      case "task.queued":
        this.#queued(event);
        return;
      case "task.waiting":
        if (event.data.reason === "interrupted") this.#mark(event, "interrupted", "Interrupted");
        this.#closeText();
        return;
      case "approval.requested":
      case "approval.answered":
        this.#approval(event.at, event.data);
        return;
      case "task.completed":
      case "task.failed":
      case "task.cancelled":
        this.#end(event);
        return;
      case "task.continued":
      case "task.metrics":
      case "task.routed":
        return;
      default:
        this.#unknown(event);
    }
  }

  #say(event: TaskEvent, key: string, message: string): void {
    this.#add({ kind: "input", key, at: event.at, parent: null, message });
    this.#details = null;
  }

  #output(event: TaskEvent, output: Output): void {
    switch (output.kind) {
      case "text":
      case "thinking":
        this.#text(event, output, output.kind);
        return;
      case "tool_use":
        this.#toolUse(event, output);
        return;
      case "tool_result":
        this.#toolResult(event, output);
        return;
      case "stderr":
        this.#stderr(event, output);
        return;
      case "system":
        this.#system(event, output);
        return;
      default:
        this.#unknown(event);
    }
  }

  #system(event: TaskEvent, { text, data, name: said, parent_tool_use_id: parent }: Output): void {
    const name = said ?? "note";
    const news = backgroundNews(name, data);
    if (news) this.#background(event.at, news);
    if (isQuiet(name, data)) this.#note(event, { at: event.at, name, text, data });
    else if (!this.#isWish(name, data, parent))
      this.#add({ kind: "system", key: `e${event.seq}`, at: event.at, parent, name, text, data });
  }

  /** Whether a note repeats what a sub-agent was asked: the card of the call says it. */
  #isWish(name: string, data: Record<string, unknown> | null, parent: string | null): boolean {
    const call = name === "user" && parent !== null ? this.#find(`tool:${parent}`) : undefined;
    return call?.kind === "tool" && typeof data?.text === "string" && call.input?.prompt === data.text;
  }

  /** The end of work in the background is the end of its call; an end of what was never there is none. */
  #background(at: string, { toolUseId, background }: BackgroundNews): void {
    const call = this.#find(`tool:${toolUseId}`);
    if (call?.kind !== "tool") return;
    if (background.state === "running") this.#put({ ...call, background });
    else if (call.background)
      this.#put({ ...call, background, endedAt: at, isError: call.isError || background.state === "failed" });
  }

  #text(event: TaskEvent, output: Output, kind: TextItem["kind"]): void {
    const key = output.item ? `${kind}:${output.item}` : `e${event.seq}`;
    const known = this.#find(key);
    if (known?.kind === kind) {
      this.#put({ ...known, text: known.text + output.text, done: !output.more });
      return;
    }
    // An empty piece only says that something ended which never began.
    if (output.text === "" && !output.more) return;
    const parent = output.parent_tool_use_id;
    this.#add({ kind, key, at: event.at, parent, text: output.text, done: !output.more });
    this.#open = output.more ? key : null;
  }

  #toolUse(event: TaskEvent, output: Output): void {
    const key = toolKey(event, output);
    const known = this.#find(key);
    const old = known?.kind === "tool" ? known : newTool(key, event, output);
    const inputText = old.inputText + output.text;
    const input = output.input ?? (output.more || inputText === "" ? old.input : parsed(inputText));
    this.#put({ ...old, name: output.name ?? old.name, input, inputText });
  }

  #toolResult(event: TaskEvent, output: Output): void {
    const key = toolKey(event, output);
    const known = this.#find(key);
    const old = known?.kind === "tool" ? known : newTool(key, event, output);
    const isError = old.isError || output.is_error === true;
    const result = (old.result ?? "") + output.text;
    const done = !output.more;
    const todos = done && !isError ? todosAfter(this.#todos, old.name, old.input, result) : null;
    this.#todos = todos ?? this.#todos;
    this.#put({ ...old, result, isError, done, todos, endedAt: event.at });
  }

  /** Lines on stderr that follow each other are one note. */
  #stderr(event: TaskEvent, output: Output): void {
    const last = this.#details === null ? undefined : this.#notes.at(-1);
    if (last?.name !== "stderr") {
      this.#note(event, { at: event.at, name: "stderr", text: output.text, data: null });
      return;
    }
    const seam = last.text.endsWith("\n") || output.text.startsWith("\n") ? "" : "\n";
    this.#notes.pop();
    this.#note(event, { ...last, text: last.text + seam + output.text });
  }

  /** Quiet notes stand behind one line for each turn, where the first of them came. */
  #note(event: TaskEvent, note: Note): void {
    if (this.#details === null) {
      this.#details = `e${event.seq}`;
      this.#notes = [];
    }
    this.#notes.push(note);
    const known = this.#find(this.#details);
    const at = known?.at ?? event.at;
    this.#put({ kind: "details", key: this.#details, at, parent: null, notes: this.#notes });
  }

  #approval(at: string, approval: Approval): void {
    this.#put({ kind: "approval", key: `approval:${approval.approval_id}`, at, parent: null, approval });
    const tool = approval.tool_use_id ? this.#find(`tool:${approval.tool_use_id}`) : undefined;
    if (tool?.kind === "tool") this.#put({ ...tool, asked: approval.status === "pending" });
  }

  #queued(event: Extract<TaskEvent, { type: "task.parked" | "task.queued" }>): void {
    const { reason, message, until } = event.data;
    this.#queueReason = reason;
    this.#queueMessage = message;
    this.#closeText();
    const what = event.type === "task.parked" ? "parked" : "queued";
    this.#add({
      kind: "marker",
      key: `e${event.seq}`,
      at: event.at,
      parent: null,
      what,
      text: message || queuedText(reason),
      until,
    });
  }

  #started(event: Extract<TaskEvent, { type: "task.started" }>): void {
    const { resumed, machine_id: to } = event.data;
    const from = this.#machine;
    if (to != null) this.#machine = to;
    const isMove = to != null && from !== null && from !== to;
    if (isMove) this.moves.push({ from, to, at: event.at });
    if (isMove) this.#goesOn(event, movedText(from, to, this.#queueReason, this.#queueMessage));
    else if (resumed) this.#goesOn(event, resumedText(this.#queueReason));
    this.#queueReason = null;
    this.#queueMessage = "";
  }

  /** That it goes on takes the place of the line that said it would. */
  #goesOn(event: TaskEvent, text: string): void {
    const last = this.items.at(-1);
    const waited = last?.kind === "marker" && (last.what === "queued" || last.what === "parked");
    this.#details = null;
    if (waited) this.#put({ ...last, what: "resumed", text, at: event.at, until: null });
    else this.#mark(event, "resumed", text);
  }

  #mark(event: TaskEvent, what: "resumed" | "interrupted", text: string): void {
    this.#closeText();
    this.#add({ kind: "marker", key: `e${event.seq}`, at: event.at, parent: null, what, text, until: null });
  }

  #end(event: End): void {
    this.#closeText();
    const { usage, cost_kind: costKind, duration_seconds: seconds } = event.data;
    const base = {
      kind: "end",
      key: `e${event.seq}`,
      at: event.at,
      parent: null,
      usage,
      costKind,
      seconds,
    } as const;
    if (event.type === "task.failed") {
      this.#add({ ...base, status: "failed", failure: event.data.failure, reason: "" });
    } else if (event.type === "task.cancelled") {
      this.#add({ ...base, status: "cancelled", failure: null, reason: event.data.reason });
    } else {
      this.#add({ ...base, status: "completed", failure: null, reason: "" });
    }
  }

  #unknown(event: { type: string; seq: number; at: string; data: unknown }): void {
    this.#add({
      kind: "unknown",
      key: `e${event.seq}`,
      at: event.at,
      parent: null,
      name: event.type,
      data: event.data,
    });
  }

  /** A text that was cut off in the middle, as by a stop, will get no more. */
  #closeText(): void {
    const open = this.#open === null ? undefined : this.#find(this.#open);
    this.#open = null;
    if (open && (open.kind === "text" || open.kind === "thinking") && !open.done)
      this.#put({ ...open, done: true });
  }

  #find(key: string): Item | undefined {
    const place = this.#places.get(key);
    return place?.list[place.index];
  }

  #put(item: Item): void {
    const place = this.#places.get(item.key);
    if (!place) {
      this.#add(item);
      return;
    }
    place.list[place.index] = item;
    this.#touch(place.within);
  }

  /** What a sub-agent does goes into the card of the call that began it, where that is known. */
  #add(item: Item): void {
    const within = item.parent === null ? null : `tool:${item.parent}`;
    const call = within === null ? undefined : this.#find(within);
    if (call?.kind !== "tool") {
      this.#places.set(item.key, { list: this.items, index: this.items.length, within: null });
      this.items.push(item);
      return;
    }
    const list = call.children as Item[];
    this.#places.set(item.key, { list, index: list.length, within });
    list.push(item);
    this.#touch(within);
  }

  /** A call whose sub-agent went on is another object, and so are those around it. */
  #touch(key: string | null): void {
    const place = key === null ? undefined : this.#places.get(key);
    const call = place?.list[place.index];
    if (!place || call?.kind !== "tool") return;
    place.list[place.index] = { ...call };
    this.#touch(place.within);
  }
}
