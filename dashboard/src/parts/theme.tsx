import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./button";

const CHOICES = ["system", "light", "dark"] as const;
type Choice = (typeof CHOICES)[number];

const ICONS = { system: Monitor, light: Sun, dark: Moon };
const NAMES: Readonly<Record<Choice, string>> = { system: "as the system", light: "light", dark: "dark" };

function stored(): Choice {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

/** Keeps the choice; where storage is closed to this page it lasts until the next load. The other half is theme.js. */
function choose(choice: Choice): void {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch (error) {
    console.warn("The theme cannot be stored.", error);
  }
}

export function ThemeButton() {
  const [choice, setChoice] = useState(stored);
  const next = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "system";
  const Icon = ICONS[choice];
  const change = () => {
    choose(next);
    setChoice(next);
  };
  return (
    <IconButton label={`Colours: ${NAMES[choice]}. Change to ${NAMES[next]}.`} onClick={change}>
      <Icon aria-hidden className="size-4" />
    </IconButton>
  );
}
