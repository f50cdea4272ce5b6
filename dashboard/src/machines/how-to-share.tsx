import { Section } from "../parts/page";
import { CopyLine } from "../parts/shown-once";

interface Step {
  what: string;
  commands: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    what: "All share one database: a PostgreSQL, with a user and a database for the machine.",
    commands: ["DATABASE_URL=postgresql://machine:PASSWORD@db.example.com:5432/machine"],
  },
  {
    what: "All have the same key, so that each can read the variables that another has sealed.",
    commands: ["MACHINE_SECRET_KEY_FILE=/run/secrets/machine-key"],
  },
  {
    what: "Each has a name and a data folder of its own. One takes requests, as many as you like run tasks.",
    commands: [
      "MACHINE_ID=web-1 machine serve --role web",
      "MACHINE_ID=worker-1 machine serve --role worker",
    ],
  },
  {
    what: "With a folder that all see, a conversation goes on, on another machine, when its own is lost.",
    commands: ["MACHINE_SHARED_DIR=/mnt/shared"],
  },
  {
    what: "Then ask what differs between them that should be the same.",
    commands: ["machine doctor --fleet"],
  },
];

/** How several machines come to share the work; for one that is alone, or the first of a fleet. */
export function HowToShare({ inFleet }: { inFleet: boolean }) {
  return (
    <Section title="More machines">
      <p className="mb-4 max-w-[40rem] text-soft">
        {inFleet
          ? "This is the only machine of its fleet so far. Another one joins by itself when it is started with the same database."
          : "This machine works alone, and for one computer that is right. Where there is more to do, several share the work; docs/operating.md says it in full. What is in this machine’s own database is not taken along."}
      </p>
      <ol className="max-w-[44rem] space-y-4">
        {STEPS.map(({ what, commands }) => (
          <li key={what} className="ml-5 list-decimal marker:text-faint">
            <p className="mb-1">{what}</p>
            <div className="space-y-1.5">
              {commands.map((command) => (
                <CopyLine key={command} text={command} label={`Copy ${command}`} />
              ))}
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
