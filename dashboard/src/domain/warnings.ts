/** Something that is not as it should be and does not stop the machine; `about` is such as `webhook/issues`. */
export interface MachineWarning {
  code: string;
  message: string;
  hint: string;
  about?: string;
}

/** What the machine's status warns administrators of. */
export function warningsOf(status: object | undefined): readonly MachineWarning[] {
  return (status as { warnings?: readonly MachineWarning[] } | undefined)?.warnings ?? [];
}
