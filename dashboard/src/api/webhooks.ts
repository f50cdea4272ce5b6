import { filed, type Preview, pathFrom } from "./definitions";
import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type WebhookView = Schemas["WebhookView"];
export type WebhookDetail = Schemas["WebhookDetail"];
export type WebhookForm = Schemas["WebhookForm"];
export type Trigger = Schemas["Trigger"];
export type Checkout = Schemas["Checkout"];
export type Delivery = Schemas["DeliveryView"];
export type Simulated = Schemas["SimulatedDelivery"];
export type Simulation = Schemas["SimulationView"];
export type SetupHints = Schemas["SetupHints"];
export type ProviderName = Schemas["ProviderName"];

export interface Replayed {
  delivery_id: string;
  task_ids?: string[];
  ignored?: string;
}

const path = (name: string) => ({ params: { path: { name } } });

// What has a default may be left out; the generated type of a body wants it.
const body = (form: object) => ({ body: form as WebhookForm });

export const webhooks = {
  ...filed("webhooks"),
  list: () => done(http.GET("/api/webhooks")),
  get: (name: string) => done(http.GET("/api/webhooks/{name}", path(name))),
  create: (form: object) => done(http.POST("/api/webhooks", body(form))),
  update: (name: string, form: object, beganFrom?: string) =>
    done(http.PUT("/api/webhooks/{name}", { ...pathFrom(name, beganFrom), ...body(form) })),
  preview: (form: object): Promise<Preview> => done(http.POST("/api/webhooks/preview", body(form))),
  /** Lets all its paused triggers start tasks again. */
  resume: (name: string) => done(http.POST("/api/webhooks/{name}/resume", path(name))),
  /** Makes it the reader's own. */
  takeOver: (name: string) => done(http.POST("/api/webhooks/{name}/owner", path(name))),
  /** A fresh secret, shown this once; the one before is accepted until `old_secret_until`. */
  newSecret: (name: string, old_secret_until: string | null) =>
    done(http.POST("/api/webhooks/{name}/secret", { ...path(name), body: { old_secret_until } })),
  simulate: (name: string, given: Simulated) =>
    done(http.POST("/api/webhooks/{name}/simulate", { ...path(name), body: given })),
  deliveries: (name: string, cursor: string | null, limit = 30) =>
    done(
      http.GET("/api/webhooks/{name}/deliveries", {
        params: { path: { name }, query: { limit, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  /** What came in last, through any of them. */
  recent: (limit: number) => done(http.GET("/api/deliveries", { params: { query: { limit } } })),
  /** Once more, as a new delivery: the tasks that it starts, or why there are none. */
  replay: (name: string, delivery_id: string): Promise<Replayed> =>
    done<unknown>(
      http.POST("/api/webhooks/{name}/deliveries/{delivery_id}/replay", {
        params: { path: { name, delivery_id } },
      }),
    ) as Promise<Replayed>,
};
