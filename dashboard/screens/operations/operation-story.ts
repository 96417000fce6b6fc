import type { NewestEvents, StreamEvent } from '../../api/types.js';
import { keepLines, maxLines } from '../../parts/lines/kept-lines.js';

/** A step of an operation, as its events tell. */
export interface Step {
  readonly name: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** How long it took, or takes so far. */
  readonly ms: number | undefined;
  /** Of one that runs and takes long: what a node is at. */
  readonly doing?: string;
}

/** What the events of an operation have told so far. */
export interface Story {
  readonly steps: readonly Step[];
  readonly lines: readonly string[];
  /** Lines before these, which are still to be read. */
  readonly before: number;
  readonly hasEnded: boolean;
}

export const noStory: Story = { steps: [], lines: [], before: 0, hasEnded: false };

/** The story with what these events add, in their order. */
export function tell(story: Story, events: readonly StreamEvent[]): Story {
  const lines = events.flatMap(linesOf);
  return {
    steps: events.reduce(tellStep, story.steps),
    lines: lines.length === 0 ? story.lines : keepLines(story.lines, lines),
    before: story.before,
    hasEnded: story.hasEnded || events.some(({ type }) => type === 'end'),
  };
}

/** What an operation has come to, until all of it is read. */
export function tellNewest({ events, lines, lines_before: before }: NewestEvents): Story {
  const steps = events.map((event) => ({ ...event, id: 0 }));
  return {
    ...tell(noStory, [...steps, { type: 'lines', id: 0, data: { texts: lines } }]),
    before: Math.min(before, maxLines - lines.length),
  };
}

function linesOf({ type, data }: StreamEvent): string[] {
  if (type === 'line') return [String(data['text'] ?? '')];
  return type === 'lines' ? (data['texts'] as string[]) : [];
}

function tellStep(steps: readonly Step[], { type, data }: StreamEvent): readonly Step[] {
  const name = String(data['step'] ?? '');
  const ms = typeof data['ms'] === 'number' ? data['ms'] : undefined;
  if (type === 'step-started') return [...steps, { name, state: 'running', ms: undefined }];
  if (type === 'end')
    return steps.map(({ name, state, ms }) => ({ name, state: state === 'running' ? 'failed' : state, ms }));
  if (type !== 'step-ended' && type !== 'heartbeat') return steps;
  const place = steps.findLastIndex((step) => step.name === name && step.state === 'running');
  if (place === -1) return steps;
  const state = type === 'heartbeat' ? 'running' : stateOf(data);
  const doing = type === 'heartbeat' && typeof data['doing'] === 'string' ? { doing: data['doing'] } : {};
  return steps.with(place, { name, state, ms, ...doing });
}

function stateOf(data: StreamEvent['data']): Step['state'] {
  if (data['cancelled'] === true) return 'cancelled';
  return data['ok'] === false ? 'failed' : 'succeeded';
}
