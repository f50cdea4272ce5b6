import { useId } from "react";
import {
  answersOf,
  NOTHING,
  type Picked,
  pick,
  pickOwn,
  type Question,
  questionsOf,
} from "../domain/questions";
import type { Approval } from "../feed/wire";
import { Button } from "../parts/button";
import { useKept } from "../parts/draft";
import type { Answering } from "./use-answer";

const UNTOUCHED: Readonly<Record<string, Picked>> = {};

/** Questions with choices, and room for own words at each. */
export function QuestionForm({ approval, answering }: { approval: Approval; answering: Answering }) {
  const questions = questionsOf(approval.input);
  const [picked, setPicked] = useKept<Readonly<Record<string, Picked>>>(
    `${answering.kept}:picked`,
    UNTOUCHED,
  );
  const answers = answersOf(questions, picked);
  const { answer, busy } = answering;
  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (answers) void answer({ decision: "allow", answers }, "answer");
      }}
    >
      {questions.map((question) => (
        <Choices
          key={question.question}
          question={question}
          picked={picked[question.question] ?? NOTHING}
          change={(next) => setPicked({ ...picked, [question.question]: next })}
        />
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" type="submit" busy={busy === "answer"} disabled={!answers || busy !== null}>
          {questions.length > 1 ? "Send answers" : "Send answer"}
        </Button>
        <Button
          look="ghost"
          busy={busy === "skip"}
          disabled={busy !== null}
          onClick={() => void answer({ decision: "deny", reason: "The user chose not to answer." }, "skip")}
        >
          Do not answer
        </Button>
      </div>
    </form>
  );
}

interface ChoicesProps {
  question: Question;
  picked: Picked;
  change(picked: Picked): void;
}

const ROW =
  "flex cursor-pointer items-start gap-2.5 rounded-lg border px-3 py-2 has-checked:border-accent has-checked:bg-tint hover:bg-hover";

function Choices({ question, picked, change }: ChoicesProps) {
  const name = useId();
  const type = question.many ? "checkbox" : "radio";
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium text-base">{question.question}</legend>
      <div className="space-y-1.5">
        {question.choices.map(({ label, description }) => (
          <label key={label} className={ROW}>
            <input
              type={type}
              name={name}
              checked={picked.labels.includes(label)}
              onChange={() => change(pick(question, picked, label))}
              className="mt-1 size-3.5 shrink-0 accent-fill"
            />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              {description && <span className="block text-soft">{description}</span>}
            </span>
          </label>
        ))}
        <OwnWords {...{ question, picked, change, name, type }} />
      </div>
    </fieldset>
  );
}

function OwnWords({ question, picked, change, name, type }: ChoicesProps & { name: string; type: string }) {
  return (
    <div className={ROW}>
      <input
        type={type}
        name={name}
        aria-label="Something else"
        checked={picked.usesOwn}
        onChange={() => change(pickOwn(question, picked))}
        className="mt-1 size-3.5 shrink-0 accent-fill"
      />
      <textarea
        rows={1}
        aria-label={`Your own answer to: ${question.question}`}
        placeholder="Something else…"
        value={picked.own}
        onFocus={() => {
          if (!picked.usesOwn) change(pickOwn(question, picked));
        }}
        onChange={(event) => change({ ...pickOwnOn(question, picked), own: event.target.value })}
        className="field-sizing-content max-h-40 min-w-0 flex-1 resize-none bg-transparent outline-none"
      />
    </div>
  );
}

function pickOwnOn(question: Question, picked: Picked): Picked {
  return picked.usesOwn ? picked : pickOwn(question, picked);
}
