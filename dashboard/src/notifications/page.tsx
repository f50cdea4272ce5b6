import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { channels } from "../api/notifications";
import { keys } from "../live/cache";
import { useIsAdministrator, useLive, useSignal } from "../live/hooks";
import type { Permission } from "../live/notices";
import { Button } from "../parts/button";
import { Check } from "../parts/field";
import { Section } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { SettingsPart } from "../settings/frame";
import { ChannelRows } from "./channel-rows";
import { NewChannelForm } from "./new-channel";

export function NotificationsPage() {
  const isAdministrator = useIsAdministrator();
  return (
    <SettingsPart id="notifications">
      <ThisBrowser />
      {isAdministrator && <Elsewhere />}
    </SettingsPart>
  );
}

const REFUSED: Readonly<Partial<Record<Permission, string>>> = {
  denied:
    "This browser was told not to show notifications of this page. Allow them in its settings for this site.",
  pages_cannot:
    "This browser shows no notifications of web pages; those of Android do not. What the machine writes to Slack, or to another system, reaches a phone.",
  unsupported: "This browser shows no notifications here: they need https, or the machine's own computer.",
};

/** Told by the browser itself, as long as the dashboard is open in it. */
function ThisBrowser() {
  const { notices } = useLive();
  const isOn = useSignal(notices.isOn);
  const [may, setMay] = useState(() => notices.permission());
  const change = async (on: boolean) => {
    await notices.switch(on);
    setMay(notices.permission());
  };
  return (
    <Section title="In this browser">
      <Check
        label="Tell me what becomes of my tasks"
        checked={isOn}
        disabled={may in REFUSED}
        change={(on) => void change(on)}
      />
      <p className="mt-1 max-w-[40rem] text-faint text-xs">
        {REFUSED[may] ??
          "While the dashboard is open in some tab of this browser, and the task is not what you look at."}
      </p>
      {isOn && (
        <Button
          size="small"
          className="mt-2"
          onClick={() => {
            notices.show("A test", "Notifications arrive here.", null);
            setMay(notices.permission());
          }}
        >
          Try it
        </Button>
      )}
    </Section>
  );
}

/** Told to other systems, by the machine, whoever looks. */
function Elsewhere() {
  const list = useQuery({
    queryKey: keys.channels,
    queryFn: channels.list,
    staleTime: 0,
    refetchInterval: 10_000,
  });
  return (
    <>
      <Section title="In Slack, and at other systems">
        <p className="mb-3 max-w-[40rem] text-soft">
          The machine tells it for all tasks, but for the chat's own answers. Messages to a webhook are signed
          as Standard Webhooks prescribe.
        </p>
        {list.error && !list.data && (
          <Failed
            what="The channels could not be loaded."
            error={list.error}
            retry={() => void list.refetch()}
          />
        )}
        {list.isPending && <Loading label="Loading the channels" lines={3} />}
        {list.data && <ChannelRows items={list.data.items} />}
      </Section>
      <Section title="Add one">
        <NewChannelForm />
      </Section>
    </>
  );
}
