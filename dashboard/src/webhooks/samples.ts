import type { ProviderName } from "../api/webhooks";
import stored from "./samples.json";

/** A payload as a provider sends it. */
export interface Sample {
  name: string;
  event: string;
  headers: Record<string, string>;
  payload: unknown;
}

export function samplesOf(provider: ProviderName): readonly Sample[] {
  return stored[provider] as unknown as Sample[];
}

export function headersText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** One header a line; lines without a colon are none. */
export function headersOf(text: string): Record<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => line.split(/:(.*)/s).map((part) => part.trim()))
    .filter(([name, value]) => name && value);
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}
