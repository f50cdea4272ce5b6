interface Props {
  count: number;
  /** What they are, for those who hear it. */
  words: string;
  tone: "warn" | "news";
  className?: string;
}

const MOST = 99;
const TONES = {
  warn: "border-warn-line bg-warn-tint text-warn",
  news: "border-transparent bg-tint text-accent",
};

/** How many there are of what a link leads to; nothing while there are none. */
export function Count({ count, words, tone, className = "" }: Props) {
  if (count === 0) return null;
  return (
    <span
      title={`${count} ${words}`}
      className={`numeric inline-flex h-4 min-w-4 items-center justify-center rounded-full border px-1 font-medium text-xs leading-none ${TONES[tone]} ${className}`}
    >
      <span aria-hidden>{count > MOST ? `${MOST}+` : count}</span>
      <span className="sr-only">
        , {count} {words}
      </span>
    </span>
  );
}
