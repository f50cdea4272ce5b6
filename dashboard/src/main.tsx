import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./app";
import { LiveProvider } from "./live/hooks";
import { createLive } from "./live/live";
import { takeSecret } from "./pages/sign-in";
import "./styles.css";

takeSecret();
const live = createLive();
live.notices.open = (taskId) => void router.navigate({ to: "/tasks/$taskId", params: { taskId } });
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
