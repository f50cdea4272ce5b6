import { useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type WebhookDetail, webhooks } from "../api/webhooks";
import { DetailPage } from "../definitions/detail-page";
import { kindPages } from "../definitions/kind-pages";
import { KINDS } from "../definitions/kinds";
import { useIsAdministrator } from "../live/hooks";
import { Tabs } from "../parts/page";
import { Empty } from "../parts/states";
import { Deliveries } from "./deliveries";
import { webhookForm } from "./draft";
import { Paused } from "./paused";
import { Setup, Triggers } from "./setup";
import { Simulator } from "./simulator";
import { webhookSpec } from "./spec";

export const { List: WebhooksPage, Edit: EditWebhookPage } = kindPages({
  kind: KINDS.webhooks,
  spec: webhookSpec,
  api: webhooks,
  formOf: webhookForm,
});

export function WebhookPage() {
  const { name } = useParams({ from: "/shell/webhooks/$name" });
  return (
    <OneWebhook name={name} tab="overview">
      {(webhook) => (
        <>
          <Paused webhook={webhook} />
          <Setup webhook={webhook} />
          <Triggers webhook={webhook} />
        </>
      )}
    </OneWebhook>
  );
}

export function SimulatorPage() {
  const { name } = useParams({ from: "/shell/webhooks/$name/simulator" });
  return (
    <OneWebhook name={name} tab="simulator">
      {(webhook) => <ForAdministrators>{<Simulator webhook={webhook} />}</ForAdministrators>}
    </OneWebhook>
  );
}

export function DeliveriesPage() {
  const { name } = useParams({ from: "/shell/webhooks/$name/deliveries" });
  const { delivery } = useSearch({ from: "/shell/webhooks/$name/deliveries" });
  return (
    <OneWebhook name={name} tab="deliveries">
      {() => (
        <ForAdministrators>
          <Deliveries name={name} open={delivery} />
        </ForAdministrators>
      )}
    </OneWebhook>
  );
}

interface OneProps {
  name: string;
  tab: "overview" | "simulator" | "deliveries";
  children(webhook: WebhookDetail): ReactNode;
}

function OneWebhook({ name, tab, children }: OneProps) {
  const place = `/webhooks/${name}`;
  const tabs = [
    { key: "overview", name: "Overview", link: { to: place } },
    { key: "simulator", name: "Simulator", link: { to: `${place}/simulator` } },
    { key: "deliveries", name: "Deliveries", link: { to: `${place}/deliveries` } },
  ];
  return (
    <DetailPage key={name} kind={KINDS.webhooks} name={name} api={webhooks}>
      {(webhook) => (
        <>
          <Tabs label={`Of the webhook ${name}`} tabs={tabs} current={tab} />
          {children(webhook)}
        </>
      )}
    </DetailPage>
  );
}

/** Payloads may hold what is not for everybody; the machine refuses them to others anyway. */
function ForAdministrators({ children }: { children: ReactNode }) {
  if (useIsAdministrator()) return children;
  return <Empty title="Only administrators see what was sent.">Ask one of them.</Empty>;
}
