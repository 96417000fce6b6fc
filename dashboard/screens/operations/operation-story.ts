import type { StreamEvent } from '../../api/types.js';
import { keepLines } from '../../parts/lines/kept-lines.js';

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
  readonly hasEnded: boolean;
}

export const noStory: Story = { steps: [], lines: [], hasEnded: false };

/** The story with what these events add, in their order. */
export function tell(story: Story, events: readonly StreamEvent[]): Story {
  const lines = events.flatMap(linesOf);
  return {
    steps: events.reduce(tellStep, story.steps),
    lines: lines.length === 0 ? story.lines : keepLines(story.lines, lines),
    hasEnded: story.hasEnded || events.some(({ type }) => type === 'end'),
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
