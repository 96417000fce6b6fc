import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { lineWindow } from './line-window.js';

/** As style.css has it. */
const lineHeight = 20;

/**
 * Many lines of text, of which only those in sight are in the page. It stays at the end while it is there, and where it
 * is when somebody has scrolled up.
 */
export function Lines({ lines, label }: { lines: readonly string[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const { current } = box;
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [lines]);
  const onScroll = ({ currentTarget }: { currentTarget: HTMLDivElement }): void => {
    const { scrollTop, clientHeight, scrollHeight } = currentTarget;
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - lineHeight;
    setPlace({ top: scrollTop, height: clientHeight });
  };
  const { first, end, before } = lineWindow(lines.length, lineHeight, place.top, place.height);
  return (
    <div ref={box} class="lines" role="log" aria-label={label} tabIndex={0} onScroll={onScroll}>
      <div style={{ height: `${lines.length * lineHeight}px` }}>
        <pre style={{ transform: `translateY(${before}px)` }}>{lines.slice(first, end).join('\n')}</pre>
      </div>
    </div>
  );
}
