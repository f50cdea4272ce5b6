export interface Choice {
  label: string;
  description: string;
}

export interface Question {
  question: string;
  header: string;
  choices: Choice[];
  many: boolean;
}

/** What somebody has chosen so far for one question: labels, and words of their own. */
export interface Picked {
  labels: readonly string[];
  own: string;
  /** Whether the own words count; they stay written when another choice is made. */
  usesOwn: boolean;
}

export const NOTHING: Picked = { labels: [], own: "", usesOwn: false };

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The questions in the input of AskUserQuestion; what cannot be read is left out. */
export function questionsOf(input: Readonly<Record<string, unknown>>): Question[] {
  return list(input.questions)
    .map(record)
    .filter(({ question }) => text(question) !== "")
    .map((raw) => ({
      question: text(raw.question),
      header: text(raw.header),
      many: raw.multiSelect === true,
      choices: list(raw.options)
        .map(record)
        .map(({ label, description }) => ({ label: text(label), description: text(description) }))
        .filter(({ label }) => label !== ""),
    }));
}

/** After a click on a choice: one of several replaces the others, one of many comes or goes. */
export function pick(question: Question, picked: Picked, label: string): Picked {
  if (!question.many) return { ...picked, labels: [label], usesOwn: false };
  const has = picked.labels.includes(label);
  return {
    ...picked,
    labels: has ? picked.labels.filter((one) => one !== label) : [...picked.labels, label],
  };
}

/** After a click on "own words". */
export function pickOwn(question: Question, picked: Picked): Picked {
  return question.many ? { ...picked, usesOwn: !picked.usesOwn } : { ...picked, labels: [], usesOwn: true };
}

/** The answer to one question; null while there is none. */
export function answerOf(question: Question, picked: Picked): string | string[] | null {
  const own = picked.usesOwn ? picked.own.trim() : "";
  // In the order of the choices, not of the clicks.
  const labels = question.choices.map(({ label }) => label).filter((label) => picked.labels.includes(label));
  const all = own ? [...labels, own] : labels;
  if (all.length === 0 || (picked.usesOwn && !own)) return null;
  return question.many ? all : (all[0] ?? null);
}

/** All answers by the text of their questions; null while one is missing. */
export function answersOf(
  questions: readonly Question[],
  picked: Readonly<Record<string, Picked>>,
): Record<string, string | string[]> | null {
  const answers: Record<string, string | string[]> = {};
  for (const question of questions) {
    const answer = answerOf(question, picked[question.question] ?? NOTHING);
    if (answer === null) return null;
    answers[question.question] = answer;
  }
  return answers;
}
