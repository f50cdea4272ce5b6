import { expect, it } from "vitest";
import { originOf } from "./origin";

const told = (metadata: Record<string, unknown>) =>
  originOf(metadata).map(({ name, said }) => `${name}: ${said}`);

it("a webhook's task says in words what it came from, and leads to its delivery", () => {
  const metadata = {
    webhook: "shop",
    delivery_id: "delivery_1",
    hops: 0,
    provider: "github",
    event: "issues.opened",
    labels: ["bug", "urgent"],
    url: "https://example.org/issues/1",
    trigger: 0,
    trigger_name: "first",
    profile: "untrusted",
  };
  expect(told(metadata)).toEqual([
    "Webhook: shop",
    "Delivery: delivery_1",
    "Provider: GitHub",
    "Event: issues.opened",
    "Trigger: first",
    "Labels: bug, urgent",
    "On the web: https://example.org/issues/1",
    "Trusted: with looking only: strangers can cause such tasks",
  ]);
  expect(originOf(metadata)[0]?.href).toBe("/webhooks/shop");
  expect(originOf(metadata)[1]).toMatchObject({
    href: "/webhooks/shop/deliveries",
    search: { delivery: "delivery_1" },
  });
});

it("an address that is none of the web leads nowhere, and a name cannot leave its place in a path", () => {
  expect(originOf({ url: "javascript:alert(1)" })).toEqual([
    { name: "On the web", said: "javascript:alert(1)" },
  ]);
  expect(originOf({ schedule: "../settings" })[0]?.href).toBe("/schedules/..%2Fsettings");
});

it("what is not known here is shown all the same, and what was asked for is told as limits", () => {
  expect(told({ asked: { timeout_seconds: 90, code: {} }, some_thing: { deep: 1 } })).toEqual([
    "Asked for: at most 1 min 30 s",
    'Some thing: {"deep":1}',
  ]);
});
