import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 80;

/** Where a box that scrolls is, in pixels. */
interface Place {
  scrollTop: number;
  scrollHeight: number;
  clientHeight: number;
}

/**
 * Whether the end is followed after the box was scrolled, from `before` on. Only who goes up leaves the end: what grows
 * between a scroll of ours and its event has moved the end away, and nobody has gone anywhere.
 */
export function follows(wasFollowing: boolean, before: number, now: Place): boolean {
  if (now.scrollHeight - now.scrollTop - now.clientHeight < NEAR_PX) return true;
  return wasFollowing && now.scrollTop >= before;
}

interface End {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Whether the reader is at the end, where new text appears. */
  atEnd: boolean;
  toEnd(): void;
}

/** Keeps the end of what grows in sight until the reader scrolls away from it. */
export function useEnd(): End {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    following.current = true;
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);
  useEffect(() => {
    const box = scroller.current;
    const inside = content.current;
    if (!box || !inside) return;
    let before = box.scrollTop;
    const look = () => {
      following.current = follows(following.current, before, box);
      before = box.scrollTop;
      setAtEnd(following.current);
    };
    const grown = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight;
      else look();
    });
    box.addEventListener("scroll", look, { passive: true });
    grown.observe(inside);
    grown.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      grown.disconnect();
    };
  }, []);
  return { scroller, content, atEnd, toEnd };
}
