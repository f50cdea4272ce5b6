import { THEME_ICONS, THEMES, type Theme, useTheme } from "../parts/theme";
import { SettingsPart } from "./frame";

const WORDS: Readonly<Record<Theme, readonly [string, string]>> = {
  system: ["As the system", "Changes with it, at night for example."],
  light: ["Light", "Dark text on white."],
  dark: ["Dark", "Light text on black."],
};

/** How the pages look in this browser. */
export function AppearancePage() {
  const [theme, change] = useTheme();
  return (
    <SettingsPart id="appearance">
      <fieldset>
        <legend className="mb-2 font-medium text-soft">Colours</legend>
        <div className="grid gap-2 sm:grid-cols-3">
          {THEMES.map((one) => (
            <Card key={one} theme={one} isChosen={one === theme} choose={() => change(one)} />
          ))}
        </div>
      </fieldset>
      <p className="mt-4 text-faint text-xs">
        Kept in this browser. Motion is reduced where your system asks for it; times are those of your own
        zone.
      </p>
    </SettingsPart>
  );
}

function Card({ theme, isChosen, choose }: { theme: Theme; isChosen: boolean; choose(): void }) {
  const Icon = THEME_ICONS[theme];
  const [name, about] = WORDS[theme];
  return (
    <label
      className={`flex cursor-pointer items-start gap-3 rounded-lg border p-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent ${
        isChosen ? "border-accent bg-tint" : "hover:bg-hover"
      }`}
    >
      <input
        type="radio"
        name="theme"
        checked={isChosen}
        onChange={choose}
        className="mt-0.5 size-4 accent-fill"
      />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2 font-medium">
          <Icon aria-hidden className="size-4 text-soft" />
          {name}
        </span>
        <span className="mt-0.5 block text-soft text-xs">{about}</span>
      </span>
    </label>
  );
}
