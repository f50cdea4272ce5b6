import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Channel = Schemas["ChannelView"];
export type NewChannel = Schemas["NewChannel"];
export type ChannelMade = Schemas["ChannelMade"];
export type Occasion = Schemas["Occasion"];

const path = (name: string) => ({ params: { path: { name } } });

/** Where the machine tells what becomes of tasks. No address ever comes back. */
export const channels = {
  list: () => done(http.GET("/api/notifications")),
  add: (body: NewChannel): Promise<ChannelMade> => done(http.POST("/api/notifications", { body })),
  change: (name: string, body: { occasions?: Occasion[]; enabled?: boolean }) =>
    done(http.PATCH("/api/notifications/{name}", { ...path(name), body: body as Schemas["ChannelChange"] })),
  remove: (name: string) => done(http.DELETE("/api/notifications/{name}", path(name))),
  test: (name: string) => done(http.POST("/api/notifications/{name}/test", path(name))),
};
