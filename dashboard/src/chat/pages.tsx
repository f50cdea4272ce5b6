import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { PanelLeft } from "lucide-react";
import { createContext, useContext, useEffect, useRef, useState } from "react";
import { chats } from "../api/chat";
import { Button, IconButton } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { keepDraft } from "../parts/draft";
import { useMedia } from "../parts/media";
import { useTitle } from "../parts/page";
import { ChatBox } from "./box";
import { ChatConversation } from "./conversation";
import { ChatList } from "./list";

/** What opens the list; nothing where it stands at the side. */
const Menu = createContext<(() => void) | null>(null);

/** The conversations at the side, or behind a button where there is no room; one of them, or a new one, beside it. */
export function ChatLayout() {
  const hasRoom = useMedia("(min-width: 72rem)");
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <div className="flex h-full">
      {hasRoom && (
        <div className="w-64 shrink-0 border-r">
          <ChatList />
        </div>
      )}
      <div className="min-w-0 flex-1">
        <Menu value={hasRoom ? null : () => setOpen(true)}>
          <Outlet />
        </Menu>
      </div>
      {open && !hasRoom && (
        <Dialog
          label="Conversations"
          close={close}
          className="m-0! h-dvh max-h-none! w-[min(19rem,88vw)]! rounded-l-none!"
        >
          <ChatList chosen={close} />
        </Dialog>
      )}
    </div>
  );
}

export function ConversationPage() {
  const { conversationId } = useParams({ from: "/shell/chat/$conversationId" });
  const open = useContext(Menu);
  const menu = open && (
    <IconButton label="Conversations" onClick={open} className="-ml-2">
      <PanelLeft aria-hidden className="size-4" />
    </IconButton>
  );
  // Another conversation is another page: nothing of the last one stays.
  return <ChatConversation key={conversationId} id={conversationId} menu={menu} />;
}

/** What one could ask: questions, work, and things that the machine then has. */
const EXAMPLES: readonly { title: string; message: string }[] = [
  { title: "Listen to another system", message: "Create a webhook for GitLab merge requests" },
  { title: "See how things stand", message: "What is running now, and what waits for my answer?" },
  {
    title: "Get a helper",
    message: "Create an agent that reads pull requests and looks for mistakes in how errors are handled",
  },
  {
    title: "Have it done every day",
    message: "Every weekday at nine, list the tasks that failed the day before",
  },
];

const DRAFT = "chat:new";

export function NewConversationPage() {
  const navigate = useNavigate();
  const open = useContext(Menu);
  const box = useRef<HTMLTextAreaElement>(null);
  const [round, setRound] = useState(0);
  useTitle("Chat");
  useEffect(() => {
    if (round > 0 || !matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, [round]);
  const send = async (message: string, attachments: string[]) => {
    const { conversation_id } = await chats.say({ message, attachments });
    await navigate({ to: "/chat/$conversationId", params: { conversationId: conversation_id } });
  };
  const choose = (message: string) => {
    keepDraft(DRAFT, message);
    setRound(round + 1);
  };
  return (
    <div className="h-full overflow-y-auto">
      {open && (
        <div className="px-2 pt-2 sm:px-4">
          <Button look="ghost" onClick={open} icon={<PanelLeft aria-hidden className="size-4" />}>
            Conversations
          </Button>
        </div>
      )}
      <div className="mx-auto w-full max-w-[44rem] px-4 pt-4 pb-10 md:pt-[9vh]">
        <h1 className="font-semibold text-xl tracking-tight">Talk to the machine</h1>
        <p className="mt-1 mb-4 text-soft">
          The Brain answers questions, starts tasks, and creates agents, skills, webhooks and schedules.
          Before it replaces, deletes or hands out rights, it asks you.
        </p>
        <ChatBox
          key={round}
          draft={DRAFT}
          label="Message to the Brain"
          placeholder="Ask for something…"
          rows={3}
          inputRef={box}
          send={send}
        />
        <section aria-labelledby="chat-examples" className="mt-8">
          <h2 id="chat-examples" className="mb-2 text-soft">
            For example
          </h2>
          <ul className="grid gap-2 sm:grid-cols-2">
            {EXAMPLES.map(({ title, message }) => (
              <li key={title}>
                <button
                  type="button"
                  onClick={() => choose(message)}
                  className="flex h-full w-full flex-col items-start rounded-lg border bg-raised px-3 py-2.5 text-left transition-colors hover:border-edge hover:bg-hover"
                >
                  <span className="block font-medium">{title}</span>
                  <span className="mt-0.5 block text-soft text-xs">{message}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}
