import { useQuery } from "@tanstack/react-query";
import { type Machine, type MachineList, machines } from "../api/machines";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Notice } from "../parts/notice";
import { Page, Section } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { MachineCard } from "./card";
import { HowToShare } from "./how-to-share";
import { parted, usualVersion } from "./words";

const REFRESH_MS = 10_000;

/** The machines that share the work: how each is, what it has to do, drain and resume. */
export function MachinesPage() {
  const list = useQuery({
    queryKey: keys.machines,
    queryFn: machines.list,
    refetchOnMount: "always",
    // Their load comes with their heartbeats; that they come and go is told at once.
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title="Machines" about="Where tasks run, and how much each machine does." width="wide">
      {list.data ? (
        <Machines list={list.data} />
      ) : list.error ? (
        <Failed
          what="The machines could not be loaded."
          error={list.error}
          retry={() => void list.refetch()}
        />
      ) : (
        <Loading label="Loading the machines" lines={6} />
      )}
    </Page>
  );
}

function Machines({ list }: { list: MachineList }) {
  const { present, absent } = parted(list.items);
  const usual = usualVersion(list.items);
  const isTaking = present.some(({ state, role }) => state === "ready" && role !== "web");
  return (
    <>
      {list.in_fleet && !isTaking && (
        <div className="mb-4">
          <Notice title="No machine takes tasks.">
            Start a worker, or resume one that is drained: what is queued waits for it.
          </Notice>
        </div>
      )}
      {usual !== null && (
        <div className="mb-4">
          <Notice title="The machines run different versions.">
            Side by side they work only as long as an upgrade takes. Most run {usual}.
          </Notice>
        </div>
      )}
      <Cards label="At work" items={present} usual={usual} inFleet={list.in_fleet} />
      {absent.length > 0 && (
        <Section title="No longer there">
          <Cards label="No longer there" items={absent} usual={null} inFleet />
        </Section>
      )}
      {list.items.length < 2 && <HowToShare inFleet={list.in_fleet} />}
    </>
  );
}

interface CardsProps {
  label: string;
  items: readonly Machine[];
  usual: string | null;
  inFleet: boolean;
}

function Cards({ label, items, usual, inFleet }: CardsProps) {
  const mayChange = useIsAdministrator() && inFleet;
  return (
    <ul aria-label={label} className="grid gap-3 lg:grid-cols-2">
      {items.map((one) => (
        <li key={one.machine_id} className="min-w-0">
          <MachineCard machine={one} isOdd={usual !== null && one.version !== usual} mayChange={mayChange} />
        </li>
      ))}
    </ul>
  );
}
