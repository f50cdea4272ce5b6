import { done, http } from "./machine";
import type { components } from "./schema";

export type WorkspaceEntry = components["schemas"]["WorkspaceEntry"];
export type WorkspaceListing = components["schemas"]["WorkspaceListing"];

export const files = {
  list: (taskId: string, path: string): Promise<WorkspaceListing> =>
    done(http.GET("/api/tasks/{task_id}/files", { params: { path: { task_id: taskId }, query: { path } } })),
  read: (taskId: string, path: string): Promise<string> =>
    done(
      http.GET("/api/tasks/{task_id}/files/content", {
        params: { path: { task_id: taskId }, query: { path } },
        parseAs: "text",
      }),
    ) as Promise<string>,
  address: (taskId: string, path: string) =>
    `/api/tasks/${taskId}/files/content?download=true&path=${encodeURIComponent(path)}`,
};
