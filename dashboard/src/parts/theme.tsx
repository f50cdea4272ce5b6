import { Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Signal } from "../feed/signal";
import { IconButton } from "./button";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon };
const NAMES: Readonly<Record<Theme, string>> = { system: "as the system", light: "light", dark: "dark" };

function stored(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

// What the page is drawn in belongs to the page, not to one of its buttons.
const changes = new Signal(0);

/** Keeps the choice; where storage is closed to this page it lasts until the next load. The other half is theme.js. */
function choose(choice: Theme): void {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  changes.set(changes.get() + 1);
  try {
    if (choice === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch (error) {
    console.warn("The theme cannot be stored.", error);
  }
}

/** The theme, and a way to choose another; everybody who asks has the same. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(changes.watch, stored), choose];
}

export function ThemeButton() {
  const [theme, change] = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const Icon = THEME_ICONS[theme];
  return (
    <IconButton label={`Colours: ${NAMES[theme]}. Change to ${NAMES[next]}.`} onClick={() => change(next)}>
      <Icon aria-hidden className="size-4" />
    </IconButton>
  );
}
