import { describe, expect, it } from "vitest";
import { Sequence } from "./sequence";

const given = (sequence: Sequence<{ seq: number }>, ...seqs: number[]) =>
  seqs.flatMap((seq) => sequence.offer({ seq })).map(({ seq }) => seq);

describe("Sequence", () => {
  it("gives events out in their order, whatever order they came in", () => {
    expect(given(new Sequence(), 3, 1, 5, 2, 4)).toEqual([1, 2, 3, 4, 5]);
  });

  it("gives each event out once", () => {
    expect(given(new Sequence(), 1, 1, 2, 1, 3, 3, 2)).toEqual([1, 2, 3]);
  });

  it("holds back what comes after a gap, and says so", () => {
    const sequence = new Sequence();
    expect(given(sequence, 1, 3, 4)).toEqual([1]);
    expect(sequence.hasGap).toBe(true);
    expect(given(sequence, 2)).toEqual([2, 3, 4]);
    expect(sequence.hasGap).toBe(false);
  });

  it("holds no more than it may, and still ends complete when the rest is asked for again", () => {
    const sequence = new Sequence(0, 2);
    expect(given(sequence, 2, 3, 4, 5)).toEqual([]);
    expect(given(sequence, 1)).toEqual([1, 2, 3]);
    expect(given(sequence, 4, 5)).toEqual([4, 5]);
  });
});
