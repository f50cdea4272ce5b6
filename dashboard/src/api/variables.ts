import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Variable = Schemas["VariableView"];
export type VariableImport = Schemas["ImportView"];

const path = (name: string) => ({ params: { path: { name } } });

/** No value ever comes back. */
export const variables = {
  list: () => done(http.GET("/api/env")),
  set: (name: string, value: string) => done(http.PUT("/api/env/{name}", { ...path(name), body: { value } })),
  remove: (name: string) => done(http.DELETE("/api/env/{name}", path(name))),
  /** Sets what a `.env` file sets; with `preview` it only says what would be. */
  takeFile: (file: Blob, query: { preview: boolean; replace: boolean }): Promise<VariableImport> =>
    done(
      http.POST("/api/env", {
        params: { query },
        headers: { "Content-Type": "text/plain" },
        // The generated type of a body knows only the form; the file goes as it is.
        body: file as never,
        bodySerializer: () => file,
      }),
    ),
};
