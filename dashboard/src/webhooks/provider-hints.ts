import type { ProviderName } from "../api/webhooks";

/** What the form of a webhook says where providers differ. */
export interface ProviderHints {
  /** What a webhook of it could be called. */
  name: string;
  events: string;
  /** How its events are written. */
  writing: string;
  /** Who can be named as a trusted person, and how. */
  people: string;
  /** Where the secret comes from when the provider makes it; unset: people think of one. */
  secret?: string;
  /** The variable that holds the token for answers; unset: the machine cannot answer there. */
  token?: string;
  /** Where its API is on a server of one's own; unset: it has none. */
  api?: { address: string; hint: string };
}

const OWN_SERVER = "Only for a server of your own.";

const HINTS: Readonly<Record<ProviderName, ProviderHints>> = {
  github: {
    name: "shop-issues",
    events: "issues.opened, issue_comment.created, pull_request.opened",
    writing: "such as issues.opened, issues.* or issues",
    people: "Logins, id:4711, or MEMBER",
    token: "GITHUB_TOKEN",
    api: { address: "https://github.example.com/api/v3", hint: OWN_SERVER },
  },
  gitlab: {
    name: "shop-reviews",
    events: "issue.open, merge_request.open, note.create",
    writing: "in GitLab's own words, such as merge_request.open or merge_request.*",
    people: "Logins, or id:4711",
    token: "GITLAB_TOKEN",
    api: { address: "https://gitlab.example.com", hint: OWN_SERVER },
  },
  bitbucket: {
    name: "shop-reviews",
    events: "pullrequest:created, pullrequest:comment_created",
    writing: "in Bitbucket's own words, such as pullrequest:created or pullrequest:*",
    people: "Account ids, such as id:557058:ab12",
  },
  jira: {
    name: "shop-tickets",
    events: "jira:issue_created, comment_created",
    writing: "in Jira's own words, such as jira:issue_created or jira:*",
    people: "Account ids, such as id:5b10ac8d",
    token: "JIRA_TOKEN",
    api: { address: "https://example.atlassian.net", hint: "Where your Jira is; answers need it." },
  },
  slack: {
    name: "team-chat",
    events: "app_mention, message.im, command./ask",
    writing: "such as app_mention; a slash command is command./name",
    people: "Member ids, such as id:U012AB3CD",
    secret: "Copy the Signing Secret of your app: Basic Information → App Credentials.",
    token: "SLACK_BOT_TOKEN",
  },
  sentry: {
    name: "shop-errors",
    events: "issue.created, event_alert.triggered",
    writing: "resource and action, such as issue.created or issue.*",
    people: "User ids, such as id:4711",
    secret: "Copy the Client Secret of your internal integration.",
    token: "SENTRY_TOKEN",
    api: { address: "https://sentry.example.com", hint: OWN_SERVER },
  },
  linear: {
    name: "product-issues",
    events: "Issue.create, Comment.create",
    writing: "in Linear's own words, such as Issue.create or Issue.*",
    people: "User ids, such as id:2f5e8a1c",
    secret: "Copy the signing secret that Linear shows.",
    token: "LINEAR_API_KEY",
  },
  standard: {
    name: "invoices",
    events: "invoice.paid",
    writing: "the field type of the body, such as invoice.paid or invoice.*",
    people: "Standard Webhooks name nobody: leave it empty",
    secret:
      "Copy the signing secret that the service shows (whsec_…), or enter there what you generate here.",
  },
  generic: {
    name: "alerts",
    events: "alert, order.*",
    writing: "as the sender calls them, such as order.created or order.*",
    people: "Ids, such as id:4711, where scheme.actor_path says where they stand",
  },
};

export function hintsOf(provider: ProviderName): ProviderHints {
  return HINTS[provider];
}

/** Whether people think of the secret themselves; else the provider makes it, and ours would not be taken. */
export function takesOurSecret(provider: ProviderName): boolean {
  return HINTS[provider].secret === undefined || provider === "standard";
}
