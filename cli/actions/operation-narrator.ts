import { duration, withoutControls } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { ServerEvent } from '../controller/server-events.js';

/** Steps shorter than this are told only when they fail. */
const worthTellingMs = 100;

/**
 * Tells an operation's events to the person at the terminal: its own lines as they are, what each step took,
 * signs of life.
 */
export class OperationNarrator {
  constructor(private readonly output: Output) {}

  hear({ event, data }: ServerEvent): void {
    const step = typeof data['step'] === 'string' ? data['step'] : '';
    const ms = typeof data['ms'] === 'number' ? data['ms'] : 0;
    if (event === 'step-ended' && data['ok'] === false)
      this.output.talk(` !     ${step} ${this.#ending(data)} after ${duration(ms)}`);
    else if (event === 'step-ended' && ms >= worthTellingMs)
      this.output.aside(`       (${step}: ${duration(ms)})`);
    else if (event === 'heartbeat')
      this.output.aside(`       ${step}: still at it after ${duration(ms)}${this.#doing(data)}`);
    else if (event === 'line') this.output.talk(`${withoutControls(String(data['text'] ?? ''))}`);
  }

  #doing({ doing }: ServerEvent['data']): string {
    return typeof doing === 'string' ? ` (${withoutControls(doing)})` : '';
  }

  /** A cancel is nobody's failure. */
  #ending({ cancelled }: ServerEvent['data']): string {
    return cancelled === true ? 'was cancelled' : 'failed';
  }

  connection(state: 'lost' | 'back'): void {
    this.output.aside(
      state === 'lost'
        ? '       (the controller does not answer; the operation is durable, waiting to follow it again)'
        : '       (the controller is back)',
    );
  }
}
