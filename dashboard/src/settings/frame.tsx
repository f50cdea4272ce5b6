import { Link, Outlet, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useIsAdministrator } from "../live/hooks";
import { useMedia } from "../parts/media";
import { Page } from "../parts/page";
import { Empty } from "../parts/states";
import { sectionOf, sectionsFor } from "./sections";

/** Whether there is room for the list of pages beside the page. */
function useIsRoomy(): boolean {
  return useMedia("(min-width: 64rem)");
}

/** Around every page of settings: beside it, where there is room, the others. */
export function SettingsFrame() {
  const { part } = useParams({ strict: false });
  const isRoomy = useIsRoomy();
  return (
    <div className="flex h-full">
      {isRoomy && part !== undefined && <Others />}
      <div className="h-full min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  );
}

function Others() {
  const isAdministrator = useIsAdministrator();
  return (
    <nav
      aria-label="Settings"
      className="w-52 shrink-0 space-y-px overflow-y-auto border-r px-2 pt-6 pb-4 md:pt-8"
    >
      <Link
        to="/settings"
        className="mb-2 block rounded-md px-2 font-medium text-faint text-xs hover:text-ink"
      >
        Settings
      </Link>
      {sectionsFor(isAdministrator).map(({ id, name, Icon }) => (
        <Link
          key={id}
          to="/settings/$part"
          params={{ part: id }}
          className="flex h-8 items-center gap-2.5 rounded-md px-2 hover:bg-hover"
          activeProps={{ className: "bg-hover font-medium" }}
        >
          <Icon aria-hidden className="size-4 text-soft" />
          {name}
        </Link>
      ))}
    </nav>
  );
}

/** All pages of settings, with what each is for. */
export function SettingsPage() {
  const isAdministrator = useIsAdministrator();
  return (
    <Page title="Settings">
      <ul className="divide-y rounded-lg border">
        {sectionsFor(isAdministrator).map(({ id, name, about, Icon }) => (
          <li key={id}>
            <Link
              to="/settings/$part"
              params={{ part: id }}
              className="flex items-center gap-3 px-3.5 py-3 -outline-offset-2 hover:bg-hover"
            >
              <Icon aria-hidden className="size-4 shrink-0 text-soft" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{name}</span>
                <span className="block text-soft text-xs">{about}</span>
              </span>
              <ChevronRight aria-hidden className="size-4 shrink-0 text-faint" />
            </Link>
          </li>
        ))}
      </ul>
      {!isAdministrator && (
        <p className="mt-4 text-soft">
          Everything else of the machine is in the hands of its administrators.
        </p>
      )}
    </Page>
  );
}

interface PartProps {
  id: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** One page of settings, for those whose page it is; others are told whose. */
export function SettingsPart({ id, actions, children }: PartProps) {
  const section = sectionOf(id);
  const isAdministrator = useIsAdministrator();
  const isRoomy = useIsRoomy();
  const isClosed = section?.administrators && !isAdministrator;
  return (
    <Page
      title={section?.name ?? "Settings"}
      about={section?.about}
      actions={!isClosed && actions}
      {...(isRoomy ? {} : { back: { to: "/settings", name: "Settings" } })}
    >
      {isClosed ? (
        <Empty title="Only administrators see this.">
          Ask one of them for what you need, or to make you one.
        </Empty>
      ) : (
        children
      )}
    </Page>
  );
}
