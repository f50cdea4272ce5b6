import { useAgents } from "../live/hooks";
import { Choice } from "../parts/field";

interface Props {
  /** Empty: the machine decides. It may be of one that there is no more. */
  value: string;
  change(agent: string): void;
  fault: string | undefined;
}

/** Which agent does the work. */
export function AgentChoice({ value, ...tie }: Props) {
  const agents = useAgents().data ?? [];
  const names = new Set([...agents.map(({ name }) => name), ...(value ? [value] : [])]);
  const options = [["", "The machine decides"], ...[...names].map((name) => [name, name] as const)] as const;
  return <Choice label="Agent" value={value} {...tie} options={options} />;
}
