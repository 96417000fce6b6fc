import type { Run } from '../../api/types.js';

/** How good something is, to the eye. */
type Mood = 'good' | 'busy' | 'bad' | 'plain';

/** How a one-off command is, in words as `deis run:list` says it, and how good that is. */
export function runState({ state, exit_code: code }: Pick<Run, 'state' | 'exit_code'>): {
  readonly name: string;
  readonly mood: Mood;
} {
  if (code === null) return { name: state, mood: state === 'running' ? 'busy' : 'plain' };
  return { name: `exited ${code}`, mood: code === 0 ? 'good' : 'bad' };
}
