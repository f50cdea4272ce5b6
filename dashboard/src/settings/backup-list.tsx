import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Backup, type BackupList, backups } from "../api/disk";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { DownloadLink } from "../parts/download-link";
import { Notice } from "../parts/notice";
import { Mark } from "../parts/page";
import { When } from "../parts/when";
import { room } from "./disk-words";
import { Loaded } from "./loaded";
import { NewBackup } from "./new-backup";
import { Nothing, Row, Rows } from "./rows";

const REFRESH_MS = 60_000;
const MAKING_MS = 1_000;

/** The backups in the data folder, and a form for one more. */
export function BackupFiles() {
  const client = useQueryClient();
  const list = useQuery({
    queryKey: keys.backups,
    queryFn: backups.list,
    refetchOnMount: "always",
    refetchInterval: ({ state }) => (state.data?.making ? MAKING_MS : REFRESH_MS),
  });
  const isMaking = Boolean(list.data?.making);
  const wasMaking = useRef(isMaking);
  useEffect(() => {
    // What was made takes room, and is the newest now.
    if (wasMaking.current && !isMaking) {
      void client.invalidateQueries({ queryKey: keys.disk, exact: true });
    }
    wasMaking.current = isMaking;
  }, [isMaking, client]);
  return (
    <div className="space-y-4">
      <Loaded query={list} what="The list of backups">
        {(found) => <Found found={found} />}
      </Loaded>
      <NewBackup isMaking={isMaking} />
    </div>
  );
}

function Found({ found }: { found: BackupList }) {
  const { items, making, failure, database } = found;
  const client = useQueryClient();
  const [asked, ask] = useState<Backup | null>(null);
  return (
    <>
      <p role="status" className={making ? "text-soft" : "sr-only"}>
        {making ? (
          <>
            {making.name} is being made since <When at={making.since} />. You may leave this page.
          </>
        ) : (
          `${items.length} backups are here.`
        )}
      </p>
      {database && <Notice title="The database is elsewhere.">{database}</Notice>}
      {failure && !making && (
        <Notice title={`The backup ${failure.name} was not made.`}>
          {failure.message} {failure.hint}
        </Notice>
      )}
      {items.length === 0 ? (
        <Nothing>There is no backup in the data folder.</Nothing>
      ) : (
        <Rows label="Backups">
          {items.map((one) => (
            <BackupRow key={one.name} backup={one} remove={() => ask(one)} />
          ))}
        </Rows>
      )}
      {asked && (
        <Confirm
          title={`Delete ${asked.name}?`}
          action="Delete"
          act={async () => {
            await backups.remove(asked.name);
            await client.invalidateQueries({ queryKey: keys.disk });
          }}
          close={() => ask(null)}
        >
          It cannot be brought back.
        </Confirm>
      )}
    </>
  );
}

function BackupRow({ backup, remove }: { backup: Backup; remove(): void }) {
  const { name, at, size_bytes, automatic, encrypted } = backup;
  return (
    <Row
      name={<code className="font-mono text-xs">{name}</code>}
      marks={
        <>
          <Mark>{automatic ? "by itself" : "by hand"}</Mark>
          {encrypted ? <Mark>encrypted</Mark> : <Mark tone="warn">not encrypted</Mark>}
        </>
      }
      about={
        <>
          <When at={at} /> · <span className="numeric">{room(size_bytes)}</span>
        </>
      }
    >
      <DownloadLink href={backups.address(name)} label={`Download ${name}`}>
        Download
      </DownloadLink>
      <Button size="small" look="danger" aria-label={`Delete ${name}`} onClick={remove}>
        Delete…
      </Button>
    </Row>
  );
}
