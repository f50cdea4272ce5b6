import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { StartPage } from "./home/start";
import { Shell } from "./pages/shell";
import { JoinPage, SignInPage } from "./pages/sign-in";
import { Empty, Failed, Loading } from "./parts/states";
import { taskSearch } from "./task/views";
import { filterOf } from "./tasks/filter";

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-[44rem] p-6">
      <h1 className="sr-only">Error</h1>
      <Failed what="This page cannot be shown." error={error} retry={reset} />
    </div>
  );
}

function Nowhere() {
  return (
    <Empty title="There is no such page" isPage>
      <Link to="/" className="text-accent underline">
        To the first page
      </Link>
    </Empty>
  );
}

function Waiting() {
  return (
    <div className="mx-auto max-w-[50rem] p-6">
      <Loading label="Loading the page" />
    </div>
  );
}

/** `?create=form`: one more is made. In the search, since every name that a path could have may be somebody's. */
interface Creating {
  create?: string;
}

function creating({ create }: Record<string, unknown>): Creating {
  return typeof create === "string" ? { create } : {};
}

/** `?delivery=…`: the delivery that is open. */
interface Opened {
  delivery?: string;
}

function opened({ delivery }: Record<string, unknown>): Opened {
  return typeof delivery === "string" ? { delivery } : {};
}

/** What a page of settings is looked at with: `?with=…` a way to log in, the rest of the audit log. */
interface LookedAt {
  with?: string;
  actor?: string;
  action?: string;
  since?: string;
}

function lookedAt(search: Record<string, unknown>): LookedAt {
  const known = ["with", "actor", "action", "since"];
  return Object.fromEntries(
    Object.entries(search).filter(([key, value]) => known.includes(key) && typeof value === "string"),
  );
}

/** A file of its own (vite.config.ts); main.tsx has it loaded once the first page stands. */
export const TaskPage = lazyRouteComponent(() => import("./task/task-page"), "TaskPage");
const chat = () => import("./chat/pages");
const settingsPages = () => import("./settings/pages");
const definitions = () => import("./definitions/pages");
const schedules = () => import("./schedules/pages");
const webhooks = () => import("./webhooks/pages");

const root = createRootRoute({ component: Outlet, errorComponent: Broken });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const start = createRoute({ getParentRoute: () => shell, path: "/", component: StartPage });
const taskList = createRoute({
  getParentRoute: () => shell,
  path: "/tasks",
  validateSearch: filterOf,
  component: lazyRouteComponent(() => import("./tasks/page"), "TasksPage"),
});
const costs = createRoute({
  getParentRoute: () => shell,
  path: "/costs",
  validateSearch: ({ days }): { days?: "1" | "7" } =>
    String(days) === "1" ? { days: "1" } : String(days) === "7" ? { days: "7" } : {},
  component: lazyRouteComponent(() => import("./costs/page"), "CostsPage"),
});
const more = createRoute({
  getParentRoute: () => shell,
  path: "/more",
  component: lazyRouteComponent(() => import("./pages/more-page"), "MorePage"),
});
const machines = createRoute({
  getParentRoute: () => shell,
  path: "/machines",
  component: lazyRouteComponent(() => import("./machines/page"), "MachinesPage"),
});
const task = createRoute({
  getParentRoute: () => shell,
  path: "/tasks/$taskId",
  validateSearch: taskSearch,
  component: TaskPage,
});
const nowhere = createRoute({ getParentRoute: () => shell, path: "/$", component: Nowhere });
const signIn = createRoute({ getParentRoute: () => root, path: "/login", component: SignInPage });
const join = createRoute({ getParentRoute: () => root, path: "/invite", component: JoinPage });

const agentList = createRoute({
  getParentRoute: () => shell,
  path: "/agents",
  validateSearch: creating,
  component: lazyRouteComponent(definitions, "AgentsPage"),
});
const agent = createRoute({
  getParentRoute: () => shell,
  path: "/agents/$name",
  component: lazyRouteComponent(definitions, "AgentPage"),
});
const agentEdit = createRoute({
  getParentRoute: () => shell,
  path: "/agents/$name/edit",
  component: lazyRouteComponent(definitions, "EditAgentPage"),
});
const skillList = createRoute({
  getParentRoute: () => shell,
  path: "/skills",
  validateSearch: creating,
  component: lazyRouteComponent(definitions, "SkillsPage"),
});
const skill = createRoute({
  getParentRoute: () => shell,
  path: "/skills/$name",
  component: lazyRouteComponent(definitions, "SkillPage"),
});
const skillEdit = createRoute({
  getParentRoute: () => shell,
  path: "/skills/$name/edit",
  component: lazyRouteComponent(definitions, "EditSkillPage"),
});
const webhookList = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks",
  validateSearch: creating,
  component: lazyRouteComponent(webhooks, "WebhooksPage"),
});
const webhook = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$name",
  component: lazyRouteComponent(webhooks, "WebhookPage"),
});
const webhookEdit = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$name/edit",
  component: lazyRouteComponent(webhooks, "EditWebhookPage"),
});
const simulator = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$name/simulator",
  component: lazyRouteComponent(webhooks, "SimulatorPage"),
});
const deliveries = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$name/deliveries",
  validateSearch: opened,
  component: lazyRouteComponent(webhooks, "DeliveriesPage"),
});

const scheduleList = createRoute({
  getParentRoute: () => shell,
  path: "/schedules",
  validateSearch: creating,
  component: lazyRouteComponent(schedules, "SchedulesPage"),
});
const schedule = createRoute({
  getParentRoute: () => shell,
  path: "/schedules/$name",
  component: lazyRouteComponent(schedules, "SchedulePage"),
});
const scheduleEdit = createRoute({
  getParentRoute: () => shell,
  path: "/schedules/$name/edit",
  component: lazyRouteComponent(schedules, "EditSchedulePage"),
});

const chatLayout = createRoute({
  getParentRoute: () => shell,
  path: "/chat",
  component: lazyRouteComponent(chat, "ChatLayout"),
});
const chatPages = [
  createRoute({
    getParentRoute: () => chatLayout,
    path: "/",
    component: lazyRouteComponent(chat, "NewConversationPage"),
  }),
  createRoute({
    getParentRoute: () => chatLayout,
    path: "/$conversationId",
    component: lazyRouteComponent(chat, "ConversationPage"),
  }),
] as const;

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(settingsPages, "SettingsFrame"),
});
const settingsList = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: lazyRouteComponent(settingsPages, "SettingsPage"),
});
const settingsPart = createRoute({
  getParentRoute: () => settings,
  path: "/$part",
  validateSearch: lookedAt,
  component: lazyRouteComponent(settingsPages, "OneSettingsPage"),
});

const pages = [
  ...[start, taskList, task, costs, machines, more, chatLayout.addChildren(chatPages)],
  settings.addChildren([settingsList, settingsPart]),
  ...[agentList, agent, agentEdit],
  ...[skillList, skill, skillEdit],
  ...[scheduleList, schedule, scheduleEdit],
  ...[webhookList, webhook, webhookEdit, simulator, deliveries],
  nowhere,
] as const;

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages), signIn, join]),
  defaultPendingComponent: Waiting,
  // Of every page, so that what is around it stays.
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
