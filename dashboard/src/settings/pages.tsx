import { useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { NotificationsPage } from "../notifications/page";
import { Empty } from "../parts/states";
import { AccountPage } from "./account-page";
import { AppearancePage } from "./appearance-page";
import { AuditPage } from "./audit-page";
import { BudgetsPage } from "./budgets-page";
import { HealthPage } from "./health-page";
import { LoginPage } from "./login-page";
import { PeoplePage } from "./people-page";
import { StoragePage } from "./storage-page";
import { TokensPage } from "./tokens-page";
import { VariablesPage } from "./variables-page";

export { SettingsFrame, SettingsPage } from "./frame";

const PAGES: Readonly<Record<string, ComponentType>> = {
  login: LoginPage,
  variables: VariablesPage,
  people: PeoplePage,
  tokens: TokensPage,
  logins: AccountPage,
  appearance: AppearancePage,
  notifications: NotificationsPage,
  budgets: BudgetsPage,
  storage: StoragePage,
  audit: AuditPage,
  health: HealthPage,
};

/** The page that the address names. */
export function OneSettingsPage() {
  const { part = "" } = useParams({ strict: false });
  const One = Object.hasOwn(PAGES, part) ? PAGES[part] : undefined;
  return One ? <One /> : <Empty title="There is no such page of settings" isPage />;
}
