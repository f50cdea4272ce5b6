interface Props {
  /** What is measured. */
  label: string;
  /** How it stands, in words. */
  text: string;
  /** From 0 to 1. */
  share: number;
  tone?: "plain" | "warn" | "bad";
}

const FILLS = { plain: "fill-fill", warn: "fill-warn", bad: "fill-bad" };

/** A bar that says how much of something is used. */
export function Meter({ label, text, share, tone = "plain" }: Props) {
  const percent = Math.round(share * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw a <meter> each in their own colours
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
      className="h-1.5 w-full overflow-hidden rounded-full bg-hover"
    >
      <svg aria-hidden viewBox="0 0 100 1" preserveAspectRatio="none" className="block size-full">
        {/* At least a sliver where there is anything at all. */}
        <rect width={share > 0 ? Math.max(1, share * 100) : 0} height={1} className={FILLS[tone]} />
      </svg>
    </div>
  );
}
