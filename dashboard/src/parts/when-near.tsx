import { type ReactNode, useEffect, useRef, useState } from "react";

/** What is under it exists from the moment on when the reader comes near it. */
export function WhenNear({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const box = place.current;
    if (!box || isNear) return;
    const watcher = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) setIsNear(true);
    });
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [isNear]);
  return (
    <div ref={place} className="min-h-px">
      {isNear && children}
    </div>
  );
}
