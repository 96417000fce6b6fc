import type { StreamEvent } from './types.js';

/** What a stream tells. */
export interface StreamListener {
  readonly onEvent: (event: StreamEvent) => void;
  /** `open` at first and after each gap; a gap is closed by asking again until the stream is ended from here. */
  readonly onState: (state: 'open' | 'lost') => void;
  /** The controller's last word: the right to the stream is gone. */
  readonly onRefused: (why: string) => void;
}

const types = ['step-started', 'step-ended', 'heartbeat', 'line', 'lines', 'end'];
const againMs = 2_000;

/**
 * Follows server-sent events until the function that it returns is called. The browser asks again by itself with the
 * id of the last event after a cut; where an answer was no stream (a proxy whose controller restarts), it asks from the
 * beginning, and events that were told are not told twice.
 */
export function followEvents(path: string, { onEvent, onState, onRefused }: StreamListener): () => void {
  let source: EventSource;
  let last = 0;
  let timer = 0;
  const hear = (message: MessageEvent<string>): void => {
    const id = Number(message.lastEventId);
    if (id > 0 && id <= last) return;
    last = Math.max(last, id);
    onEvent({ type: message.type, id, data: JSON.parse(message.data) as StreamEvent['data'] });
  };
  const end = (): void => {
    clearTimeout(timer);
    source.close();
  };
  const open = (): void => {
    source = new EventSource(path);
    source.onopen = () => onState('open');
    for (const type of types) source.addEventListener(type, hear);
    // The event `error` of the stream has data; that of the connection has none.
    source.addEventListener('error', (event: Event) => {
      if (event instanceof MessageEvent) {
        end();
        return onRefused((JSON.parse(String(event.data)) as { detail: string }).detail);
      }
      onState('lost');
      if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(open, againMs);
    });
  };
  open();
  return end;
}
