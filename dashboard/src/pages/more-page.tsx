import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useStatus } from "../live/hooks";
import { Page } from "../parts/page";
import { behindMore } from "./nav";

/** All pages that the bar of a narrow screen has no room for. */
export function MorePage() {
  const inFleet = useStatus().data?.in_fleet ?? false;
  return (
    <Page title="More">
      <ul className="divide-y rounded-lg border">
        {behindMore(inFleet).map(({ to, name, Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex min-h-12 items-center gap-3 px-3.5 -outline-offset-2 hover:bg-hover"
            >
              <Icon aria-hidden className="size-4 text-soft" />
              <span className="flex-1 font-medium">{name}</span>
              <ChevronRight aria-hidden className="size-4 text-faint" />
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
