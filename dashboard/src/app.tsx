import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  Outlet,
} from "@tanstack/react-router";
import { Shell } from "./pages/shell";
import { SignInPage } from "./pages/sign-in";
import { StartPage } from "./pages/start";
import { Empty, Failed } from "./parts/states";
import { TaskPage } from "./task/task-page";

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-[44rem] p-6">
      <h1 className="sr-only">Error</h1>
      <Failed what="This page made a mistake." error={error} retry={reset} />
    </div>
  );
}

function Nowhere() {
  return (
    <Empty title="There is no such page" isPage>
      <Link to="/" className="text-accent underline">
        All tasks
      </Link>
    </Empty>
  );
}

const root = createRootRoute({ component: Outlet, errorComponent: Broken, notFoundComponent: Nowhere });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const start = createRoute({ getParentRoute: () => shell, path: "/", component: StartPage });
const task = createRoute({ getParentRoute: () => shell, path: "/tasks/$taskId", component: TaskPage });
const signIn = createRoute({ getParentRoute: () => root, path: "/login", component: SignInPage });

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren([start, task]), signIn]),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
