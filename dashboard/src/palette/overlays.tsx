import type { Overlay } from "../pages/shortcuts";
import { Help } from "./help";
import { Palette } from "./palette";

/** What stands above the page when it was asked for. Loaded then. */
export default function Overlays({ shown, close }: { shown: Exclude<Overlay, null>; close(): void }) {
  return shown === "palette" ? <Palette close={close} /> : <Help close={close} />;
}
