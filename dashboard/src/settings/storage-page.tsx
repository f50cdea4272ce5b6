import { type DiskReport, disk, type OwnBackups } from "../api/disk";
import { keys } from "../live/cache";
import { useStatus } from "../live/hooks";
import { Meter } from "../parts/meter";
import { Notice } from "../parts/notice";
import { Section } from "../parts/page";
import { CopyLine } from "../parts/shown-once";
import { When } from "../parts/when";
import { BackupFiles } from "./backup-list";
import { backupWords, ownBytes, partsOf, room, tidiedWords } from "./disk-words";
import { SettingsPart } from "./frame";
import { Loaded } from "./loaded";
import { Row, Rows } from "./rows";
import { useReport } from "./use-report";

const REFRESH_MS = 60_000;
const SHOWN = 10;

/** What takes the room, what goes by itself, and how to save what cannot be had again. */
export function StoragePage() {
  const report = useReport(keys.disk, disk.get, REFRESH_MS);
  const inFleet = useStatus().data?.in_fleet ?? false;
  return (
    <SettingsPart id="storage">
      <Loaded query={report} what="The state of the disk">
        {(data) => (
          <>
            {inFleet && (
              <p className="mb-4 max-w-[40rem] text-soft [overflow-wrap:anywhere]">
                Of <b className="text-ink">{data.machine_id}</b>, the machine that answers you now. Each
                machine has a disk and backups of its own.
              </p>
            )}
            <Room report={data} />
            <Backups backups={data.backups} />
          </>
        )}
      </Loaded>
    </SettingsPart>
  );
}

function Room({ report }: { report: DiskReport }) {
  const { free_bytes, total_bytes, floor_bytes, held_back } = report;
  const used = total_bytes > 0 ? 1 - free_bytes / total_bytes : 0;
  const free = `${room(free_bytes)} of ${room(total_bytes)} free`;
  return (
    <Section title="Disk">
      {held_back && (
        <div className="mb-3">
          <Notice title="New tasks wait: the disk is nearly full.">{held_back}</Notice>
        </div>
      )}
      <p className="numeric mb-1.5">
        <b>{free}.</b>{" "}
        <span className="text-soft">
          The machine itself takes {room(ownBytes(report))}.
          {floor_bytes > 0 && ` New tasks wait while less than ${room(floor_bytes)} are free.`}
        </span>
      </p>
      <Meter label="Disk in use" text={free} share={used} tone={held_back ? "bad" : "plain"} />
      <div className="mt-4">
        <Rows label="What takes the room">
          {partsOf(report).map(({ id, name, about, bytes }) => (
            <Row
              key={id}
              name={name}
              marks={<code className="font-mono text-faint text-xs">{id}/</code>}
              about={about}
            >
              <span className="numeric text-soft">{room(bytes)}</span>
            </Row>
          ))}
        </Rows>
      </div>
      <Tidied last={report.last_tidied} />
    </Section>
  );
}

/** When old things were looked through, and what had to stay. */
function Tidied({ last }: { last: DiskReport["last_tidied"] }) {
  if (!last) return null;
  const kept = last.kept_workspaces ?? [];
  return (
    <div className="mt-2 space-y-1 text-soft text-xs">
      <p>
        Once an hour the machine removes what is over. Last time <When at={last.at} />: {tidiedWords(last)}.
      </p>
      {kept.length > 0 && (
        <p className="[overflow-wrap:anywhere]">
          {kept.length} old {kept.length === 1 ? "workspace stays: its" : "workspaces stay: their"} work is
          nowhere else ({kept.slice(0, SHOWN).join(", ")}
          {kept.length > SHOWN && ", …"}).
        </p>
      )}
    </div>
  );
}

const COMMANDS: ReadonlyArray<readonly [what: string, command: string]> = [
  [
    "To another disk, with a passphrase that it asks for; the machine goes on working",
    "machine backup --output /mnt/safe/today.machine-backup --encrypt",
  ],
  ["With the folders in which tasks work, too", "machine backup --with-workspaces"],
  ["Every day by itself: set this where the machine is started", "MACHINE_BACKUP_HOURS=24"],
  ["Whether a backup could be restored", "machine restore --check /mnt/safe/today.machine-backup"],
  ["Put it back; the machine must not run", "machine restore /mnt/safe/today.machine-backup"],
];

function Backups({ backups }: { backups: OwnBackups }) {
  return (
    <Section title="Backup">
      <p className="max-w-[40rem]">{backupWords(backups)}</p>
      <p className="mt-1 mb-4 max-w-[40rem] text-soft">
        What lies on the same disk is lost with it: copy it elsewhere. Who has a backup that is not encrypted
        has the machine’s secrets.
      </p>
      <BackupFiles />
      <h3 className="mt-8 mb-2 font-medium">In a terminal</h3>
      <p className="mb-3 max-w-[40rem] text-soft">
        A restore replaces all that this machine knows, and is done while it does not run.
      </p>
      <dl className="space-y-3">
        {COMMANDS.map(([what, command]) => (
          <div key={command}>
            <dt className="mb-1 text-soft text-xs">{what}</dt>
            <dd>
              <CopyLine text={command} label={`Copy ${command}`} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
