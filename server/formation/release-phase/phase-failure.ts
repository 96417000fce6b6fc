import { RemoteFailure } from '../../../base/errors.js';
import type { ValueMask } from '../../../base/value-mask.js';
import { OperationFailure } from '../../operation/operation-errors.js';

/** What a failure of a release phase says of the two releases. */
export interface PhaseReleases {
  /** The one that is not deployed. */
  readonly version: number;
  /** Version that serves on; undefined before the first went live. */
  readonly live: number | undefined;
}

/** That the release phase came to this end: `exited with status 1`. */
export function phaseFailure(
  { version, live }: PhaseReleases,
  what: string,
  details: Readonly<Record<string, unknown>> = {},
): OperationFailure {
  const serves = live === undefined ? '' : `, v${live} serves on`;
  return new OperationFailure(
    `the release phase of v${version} ${what}: v${version} is not deployed${serves} ` +
      `(its output: \`deis releases:output v${version}\`; once more: \`deis releases:retry\`)`,
    details,
  );
}

/** What went wrong between controller and node, without values of config; any other error as it is. */
export function describeTrouble(releases: PhaseReleases, error: unknown, mask: ValueMask): unknown {
  if (!(error instanceof RemoteFailure)) return error;
  const { node, phase, exitCode, message, stderr } = error;
  const why = mask.cutText(stderr.trim()) || mask.text(message);
  return phaseFailure(
    releases,
    phase === 'exit' ? `could not be started on ${node}: ${why}` : `lost its node ${node}: ${why}`,
    { node, ...(exitCode === null ? {} : { exitCode }) },
  );
}
