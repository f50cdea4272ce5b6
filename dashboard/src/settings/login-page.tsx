import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type Credentials, login } from "../api/login";
import { keys } from "../live/cache";
import { Notice } from "../parts/notice";
import { Section, Tabs } from "../parts/page";
import { SettingsPart } from "./frame";
import { GuidedLogin } from "./guided-login";
import { Loaded } from "./loaded";
import { LoginState } from "./login-state";
import { CloudVariables, LoginFileUpload, LoginKey } from "./login-ways";

const WAYS = [
  ["browser", "Browser"],
  ["file", "File"],
  ["token", "Token"],
  ["key", "Key"],
  ["cloud", "Cloud"],
] as const;

/** Claude's login: how it is, and, for administrators, another one. */
export function LoginPage() {
  const found = useQuery({ queryKey: keys.credentials, queryFn: login.get });
  return (
    <SettingsPart id="login">
      <Loaded query={found} what="Claude’s login">
        {(data) => (
          <>
            <LoginState found={data} />
            <Change found={data} />
          </>
        )}
      </Loaded>
    </SettingsPart>
  );
}

function Change({ found }: { found: Credentials }) {
  const { details } = found;
  if (found.state === "demo") return null;
  if (!details)
    return <p className="mt-4 text-soft">Only administrators can log Claude in or out. Ask one of them.</p>;
  if (details.source === "own_folder") {
    return (
      <div className="mt-6">
        <Notice title="This machine uses a person’s own login.">
          CLAUDE_CONFIG_DIR names the folder {details.folder}, so nothing is changed from here. Log in there
          with <code className="font-mono text-xs">claude</code>, or start the machine without that variable.
        </Notice>
      </div>
    );
  }
  return (
    <Section title={found.state === "needs_login" ? "Log in" : "Log in another way, or again"}>
      <Ways found={found} />
    </Section>
  );
}

function Ways({ found }: { found: Credentials }) {
  const { with: chosen } = useSearch({ strict: false });
  const way = WAYS.find(([key]) => key === chosen)?.[0] ?? "browser";
  const tabs = WAYS.map(([key, name]) => ({
    key,
    name,
    link: { to: "/settings/login", search: { with: key } },
  }));
  return (
    <>
      <Tabs label="Ways to log in" tabs={tabs} current={way} />
      {way === "browser" && <GuidedLogin />}
      {way === "file" && <LoginFileUpload />}
      {way === "token" && <LoginKey key="token" found={found} kind="oauth-token" />}
      {way === "key" && <LoginKey key="key" found={found} kind="api-key" />}
      {way === "cloud" && <CloudVariables found={found} />}
    </>
  );
}
