import { UserError } from '../../base/errors.js';

/** One point at which a test kills the controller. */
export interface Fault {
  readonly kind: string;
  readonly step: string;
  /** `start`: when the step has been entered; `end`: when its work is done and its end not yet written. */
  readonly moment: 'start' | 'end';
}

const form = /^kill@([a-z-]+)\/([a-z-]+)(:end)?$/;

/** Reads `DEIS_FAULTS`: `kill@push/switch,kill@scale-layers/boot:end`. @throws UserError showing the form. */
export function parseFaults(text: string): Fault[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  return words.map((word) => {
    const [, kind, step, end] = form.exec(word) ?? [];
    if (kind === undefined || step === undefined)
      throw new UserError(`'${word}' is not a valid fault: expected kill@KIND/STEP or kill@KIND/STEP:end`, {
        field: 'DEIS_FAULTS',
      });
    return { kind, step, moment: end === undefined ? 'start' : 'end' };
  });
}

/** Carries out the faults of a test run; without any it does nothing. */
export class Faults {
  constructor(
    private readonly faults: readonly Fault[] = [],
    private readonly kill: () => void = killSelf,
  ) {}

  at(kind: string, step: string, moment: Fault['moment']): void {
    if (this.faults.some((fault) => fault.kind === kind && fault.step === step && fault.moment === moment))
      this.kill();
  }
}

/** No handler can catch it: as when the power goes. */
function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
