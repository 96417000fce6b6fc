import { duration, withoutControls } from './format.js';
import type { Output } from './output.js';
import type { ServerEvent } from './server-events.js';

/** Tells an operation's events to the person at the terminal: steps with their times, the operation's own lines, signs of life. */
export class OperationNarrator {
  constructor(private readonly output: Output) {}

  hear({ event, data }: ServerEvent): void {
    const step = typeof data['step'] === 'string' ? data['step'] : '';
    const ms = typeof data['ms'] === 'number' ? data['ms'] : 0;
    if (event === 'step-started') this.output.talk(`-----> ${step}`);
    else if (event === 'step-ended') this.output.aside(`       ${step} ${data['ok'] === false ? 'failed after' : 'took'} ${duration(ms)}`);
    else if (event === 'heartbeat') this.output.aside(`       ${step}: still at it after ${duration(ms)}`);
    else if (event === 'line') this.output.talk(`       ${withoutControls(String(data['text'] ?? ''))}`);
  }

  connection(state: 'lost' | 'back'): void {
    this.output.aside(state === 'lost' ? '       (the controller does not answer; the operation is durable, waiting to follow it again)' : '       (the controller is back)');
  }
}
