import { UserError } from '../../../base/errors.js';
import { adviceFor } from './advise.js';

/** Lines of a failed build that are kept with it. */
export const maxLastLines = 20;
const maxLineLength = 500;

export interface FailedBuild {
  /** In which part of the build, `bin/compile of nodejs`; undefined when it was not begun. */
  readonly step: string | undefined;
  /** Of the build; null when it was not its own end. */
  readonly exitCode: number | null;
  /** The last ones that it wrote, cleaned. */
  readonly lines: readonly string[];
}

/** Why a build failed: where, how, its last lines and what to do. Never a secret. */
export class BuildFailure extends UserError {
  override readonly name = 'BuildFailure';
  readonly details: {
    readonly step: string | null;
    readonly exit_code: number | null;
    readonly lines: readonly string[];
    readonly advice: string;
  };

  constructor(reason: string, { step, exitCode, lines }: FailedBuild, cause?: unknown) {
    super(reason, { cause });
    this.details = {
      step: step ?? null,
      exit_code: exitCode,
      lines: lines
        .filter((line) => line.trim() !== '')
        .slice(-maxLastLines)
        .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line)),
      advice: adviceFor(lines, reason),
    };
  }
}
