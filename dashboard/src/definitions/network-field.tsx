import type { AgentForm } from "../api/definitions";
import { Choice } from "../parts/field";
import { ListField } from "./list-field";
import { type Network, networkFault } from "./routing";

type Reach = "" | "all" | "none" | "some";

const REACHES: readonly (readonly [Reach, string])[] = [
  ["", "What its profile gives"],
  ["all", "Everything but this computer"],
  ["some", "Only the hosts that I name"],
  ["none", "Nothing"],
];

interface Props {
  network: AgentForm["network"];
  change(network: Network | null): void;
  fault: string | undefined;
}

/** What an agent's commands and its WebFetch reach. */
export function NetworkField({ network, change, fault }: Props) {
  const hosts = Array.isArray(network) ? network : null;
  const reach = hosts ? "some" : ((network ?? "") as Reach);
  return (
    <>
      <Choice
        label="Network"
        value={reach}
        change={(next) => change(next === "some" ? [] : next === "" ? null : (next as "all" | "none"))}
        options={REACHES}
        fault={hosts ? undefined : fault}
      />
      {hosts && (
        <ListField
          label="Hosts"
          value={hosts}
          change={change}
          placeholder="api.example.com, *.npmjs.org"
          hint="With commas; a port after it narrows it to that port."
          fault={hosts.length > 0 ? (networkFault(hosts) ?? fault) : fault}
        />
      )}
    </>
  );
}
