import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./app";
import { pathOf } from "./domain/task";
import { LiveProvider } from "./live/hooks";
import { createLive } from "./live/live";
import { takeSecret } from "./pages/sign-in";
import "./styles.css";

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
