import { done, http, within } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
/** A conversation with the Brain, its messages taken together. */
export type Chat = Schemas["Conversation"];
export type ChatPage = Schemas["ConversationList"];
/** One message and its answer: a task of the Brain. */
export type Message = Schemas["MessageView"];
/** A conversation with a page of its messages, the newest first. */
export type MessagePage = Schemas["ConversationDetail"];
export type Attachment = Schemas["Attachment"];

export interface Said {
  message: string;
  conversation_id?: string;
  /** Unset: the Brain. */
  agent?: string;
  /** Ids of files that were uploaded before. */
  attachments?: string[];
}

const MESSAGES_PAGE = 10;
const UPLOAD_PATIENCE_MS = 120_000;

const path = (id: string) => ({ params: { path: { conversation_id: id } } });

export const chats = {
  // Fields with a default may be left out; the generated type of a body wants them all.
  say: (said: Said) => done(http.POST("/api/chat", { body: said as Schemas["ChatMessage"] })),

  list(search: string, cursor: string | null): Promise<ChatPage> {
    const query = { ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) };
    return done(http.GET("/api/chat", { params: { query } }));
  },
  get(id: string, cursor: string | null): Promise<MessagePage> {
    const query = { limit: MESSAGES_PAGE, ...(cursor ? { cursor } : {}) };
    return done(
      http.GET("/api/chat/{conversation_id}", { params: { path: { conversation_id: id }, query } }),
    );
  },
  rename: (id: string, title: string | null) =>
    done(http.PATCH("/api/chat/{conversation_id}", { ...path(id), body: { title } })),
  remove: (id: string) => done(http.DELETE("/api/chat/{conversation_id}", path(id))),

  /** Keeps a file for a message that is to come with it. */
  async attach(file: File): Promise<Attachment> {
    const form = new FormData();
    form.append("files", file, file.name);
    const { items } = await done(
      http.POST("/api/attachments", {
        // The generated type of a multipart body knows only texts.
        body: form as never,
        bodySerializer: () => form,
        fetch: within(UPLOAD_PATIENCE_MS),
      }),
    );
    const [kept] = items;
    if (!kept) throw new Error("The machine kept no file.");
    return kept;
  },
};
