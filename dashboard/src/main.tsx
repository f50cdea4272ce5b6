import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router, TaskPage } from "./app";
import { pathOf } from "./domain/task";
import { LiveProvider } from "./live/hooks";
import { createLive } from "./live/live";
import { takeSecret } from "./pages/sign-in";
import "./styles.css";

/** The first page stands by then, with what it asked the machine for. */
const FIRST_PAGE_MS = 1_000;

takeSecret();
const live = createLive();
live.notices.open = (task) => void router.navigate({ to: pathOf(task) });
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={live.client}>
      <LiveProvider value={live}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
);
// A task is what is looked at next: its page is there by then, even where the machine is away.
setTimeout(() => void TaskPage.preload?.(), FIRST_PAGE_MS);
