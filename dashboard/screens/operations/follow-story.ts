import { followEvents } from '../../api/event-source.js';
import { readNewestEvents } from '../../api/requests.js';
import type { NewestEvents, StreamEvent } from '../../api/types.js';
import { noStory, tell, tellNewest, type Story } from './operation-story.js';

/** Who hears of an operation. */
export interface StoryListener {
  readonly onStory: (story: Story) => void;
  /** Why nothing is heard just now; undefined: it is heard. */
  readonly onConnection: (problem: string | undefined) => void;
  readonly onEnd: () => void;
}

const lost =
  'The controller does not answer just now. The operation goes on; this page follows it again when it is back.';
/** Events come in bursts: they are told together. */
const burstMs = 50;

/**
 * Follows an operation until the function that it returns is called. What it has come to is told first, its newest
 * lines with that; then its events from the first one on, in their stead once they have come as far.
 */
export function followStory(operation: string, listener: StoryListener): () => void {
  let leave = (): void => undefined;
  let hasLeft = false;
  const follow = (newest?: NewestEvents): void => {
    if (hasLeft) return;
    if (newest !== undefined) listener.onStory(tellNewest(newest));
    leave = followAll(operation, newest?.id ?? 0, listener);
  };
  // Without it the events say all, only later.
  readNewestEvents(operation).then(follow, () => follow());
  return () => {
    hasLeft = true;
    leave();
  };
}

/** @param told the newest event of which something is shown already */
function followAll(
  operation: string,
  told: number,
  { onStory, onConnection, onEnd }: StoryListener,
): () => void {
  let story = noStory;
  let heard: StreamEvent[] = [];
  let timer = 0;
  const flush = (): void => {
    const last = heard.at(-1)!.id;
    story = tell(story, heard);
    heard = [];
    if (last >= told) onStory(story);
  };
  const end = followEvents(`/api/operations/${encodeURIComponent(operation)}/events?lines=together`, {
    onEvent: (event) => {
      if (heard.push(event) === 1) timer = window.setTimeout(flush, burstMs);
      if (event.type !== 'end') return;
      end();
      onEnd();
    },
    onState: (state) => onConnection(state === 'open' ? undefined : lost),
    onRefused: onConnection,
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
