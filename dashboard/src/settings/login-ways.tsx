import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Credentials, type Kept, login } from "../api/login";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { DropFile } from "../parts/drop-file";
import { Field, INPUT } from "../parts/field";
import { CopyLine } from "../parts/shown-once";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { LoginOutcome } from "./login-outcome";
import { useTaking } from "./use-taking";

/** A file of another computer. */
export function LoginFileUpload() {
  const taking = useTaking();
  return (
    <Way about="The login of a computer where Claude Code is logged in already.">
      <DropFile
        title="Drop a login file here"
        busy={taking.busy}
        take={(file) => void taking.take((force) => login.upload(file, force))}
        hint={
          <>
            <code className="font-mono text-xs">~/.claude/.credentials.json</code>; on a Mac, what{" "}
            <code className="font-mono text-xs">scripts/export-keychain-credentials.sh</code> prints.
          </>
        }
      />
      <LoginOutcome taking={taking} />
      <p className="text-faint text-xs">
        It is checked and tried before it takes the place of what is there. The computer that it comes from
        may be logged out by that: a login of the machine’s own, in the browser, avoids it.
      </p>
    </Way>
  );
}

interface KeyProps {
  found: Credentials;
  kind: Kept;
}

const KINDS = {
  "api-key": {
    is: "api_key",
    label: "API key",
    about: "Billed by use, from console.anthropic.com.",
    placeholder: "sk-ant-api…",
  },
  "oauth-token": {
    is: "oauth_token",
    label: "Token",
    about: "For a Claude subscription. Lasts a year, and logs nobody out. Make one on any computer with:",
    placeholder: "sk-ant-oat…",
  },
} as const;

/** An API key, or a token of `claude setup-token`: set, and forgotten. */
export function LoginKey({ found, kind }: KeyProps) {
  const [value, setValue] = useState("");
  const taking = useTaking();
  const { is, label, about, placeholder } = KINDS[kind];
  const save = async () => {
    if (await taking.take((force) => login.keep(kind, value.trim(), force))) setValue("");
  };
  return (
    <Way about={about}>
      {kind === "oauth-token" && <CopyLine text="claude setup-token" label="Copy the command" />}
      {found.details?.kept.includes(is) && <KeptHere kind={kind} label={label} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim()) void save();
        }}
        className="space-y-3"
      >
        <Field label={label} hint="It is kept encrypted, tried first, and never shown again.">
          {(ties) => (
            <input
              {...ties}
              type="password"
              autoComplete="off"
              placeholder={placeholder}
              value={value}
              onChange={(event) => setValue(event.target.value)}
              className={`${INPUT} font-mono text-xs!`}
            />
          )}
        </Field>
        <Button type="submit" look="primary" busy={taking.busy} disabled={value.trim() === ""}>
          Try and keep it
        </Button>
      </form>
      <LoginOutcome taking={taking} />
    </Way>
  );
}

function KeptHere({ kind, label }: { kind: Kept; label: string }) {
  const client = useQueryClient();
  const acting = useActing();
  const drop = () =>
    acting.act("Forget", async () => {
      await login.drop(kind);
      await client.invalidateQueries({ queryKey: keys.credentials });
    });
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2 rounded-lg border px-3.5 py-2.5">
        <span>One is kept here already. A new one takes its place.</span>
        <Button size="small" look="danger" busy={acting.busy !== null} onClick={() => void drop()}>
          Forget the {label}
        </Button>
      </div>
      {acting.fault && <Failed what="It was not forgotten." error={acting.fault.error} />}
    </div>
  );
}

const CLOUDS: readonly (readonly [string, string])[] = [
  ["Amazon Bedrock", "CLAUDE_CODE_USE_BEDROCK=1 AWS_REGION=us-east-1"],
  [
    "Google Vertex AI",
    "CLAUDE_CODE_USE_VERTEX=1 CLOUD_ML_REGION=us-east5 ANTHROPIC_VERTEX_PROJECT_ID=my-project",
  ],
  [
    "A gateway of your own",
    "ANTHROPIC_BASE_URL=https://gateway.example ANTHROPIC_AUTH_TOKEN_FILE=/run/secrets/token",
  ],
];

/** What the machine has to be started with; nothing of it can be set from here. */
export function CloudVariables({ found }: { found: Credentials }) {
  const { details } = found;
  return (
    <Way about="These come with the machine’s start: set them where it is started, then start it again. They go to Claude Code and to nothing else. Those of a cloud win over every login that is kept here.">
      {details?.source === "environment" && (
        <p>
          In force now: <code className="font-mono text-xs">{details.variable}</code>.
        </p>
      )}
      {CLOUDS.map(([name, example]) => (
        <div key={name}>
          <h3 className="mb-1 font-medium">{name}</h3>
          <CopyLine text={example} label={`Copy the example for ${name}`} />
        </div>
      ))}
      <p className="text-faint text-xs">
        Credentials of the cloud go the same way, as its own variables (AWS_…, GOOGLE_…, AZURE_…).
      </p>
    </Way>
  );
}

function Way({ about, children }: { about: string; children: ReactNode }) {
  return (
    <div className="max-w-[40rem] space-y-4">
      <p className="text-soft">{about}</p>
      {children}
    </div>
  );
}
