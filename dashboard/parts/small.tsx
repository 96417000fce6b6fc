import type { ComponentChildren } from 'preact';
import { ago } from './figures/time.js';

/** How good a state is, to the eye. */
export type Mood = 'good' | 'busy' | 'bad' | 'plain';

const moods: Readonly<Record<string, Mood>> = {
  ready: 'good',
  up: 'good',
  live: 'good',
  serving: 'good',
  succeeded: 'good',
  running: 'busy',
  queued: 'busy',
  pending: 'busy',
  starting: 'busy',
  launching: 'busy',
  booting: 'busy',
  retiring: 'busy',
  removing: 'busy',
  failed: 'bad',
  crashing: 'bad',
  stopped: 'bad',
  missing: 'bad',
  unreachable: 'bad',
  lost: 'bad',
};

/** A state in words; the colour only repeats them. */
export function State({ name, mood = moods[name] ?? 'plain' }: { name: string; mood?: Mood }) {
  return <span class={`state ${mood}`}>{name}</span>;
}

/** A moment as people say it, with the exact one behind it. */
export function When({ at }: { at: string | null }) {
  if (at === null) return <>never</>;
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at)}
    </time>
  );
}

/** What went wrong, said to those who do not see it, too. */
export function Problem({ of }: { of: Error | string | undefined }) {
  if (of === undefined) return null;
  return (
    <p class="notice bad" role="alert">
      {typeof of === 'string' ? of : of.message}
    </p>
  );
}

/** The command of `deis` that does the same. */
export function Command({ text }: { text: string }) {
  return (
    <p class="command">
      <span class="quiet">In a terminal:</span> <code>{text}</code>
    </p>
  );
}

/** A name and its value, in a list of facts. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="quiet" role="status">
      Reading {what} ...
    </p>
  );
}

/** That a list goes on beyond what is shown. */
export function More({ shown, count }: { shown: number; count: number }) {
  return shown < count ? (
    <p class="quiet">
      These are {shown} of {count}.
    </p>
  ) : null;
}
