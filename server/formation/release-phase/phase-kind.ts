import { RemoteFailure } from '../../../base/errors.js';
import type { ValueMask } from '../../../base/value-mask.js';
import { shellQuote } from '../../../provisioner/ssh/shell-quote.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { ReleasePhaseStore } from '../../store/app/builds/release-phase-store.js';
import type { Stores } from '../../store/stores.js';
import { phaseCommand } from '../databag/process-types.js';

/** A command of a release that runs once, in a container of its own. */
export interface PhaseKind {
  /** For people: `the release phase of v2`. */
  readonly title: string;
  /** What its container and its process are called by. */
  readonly word: 'release' | 'postdeploy';
  /** For a shell; undefined when the release has none. */
  readonly command: string | undefined;
  readonly records: (stores: Stores) => ReleasePhaseStore;
  /** That it came to this end: `exited with status 1`. */
  readonly failure: (what: string, details?: Readonly<Record<string, unknown>>) => OperationFailure;
}

type Release = Pick<SnapshotRelease, 'version' | 'build'>;

/**
 * The `release` command of a Procfile: it runs before the release serves.
 * @param live version that serves on when it fails; undefined before the first went live
 */
export function releasePhaseOf({ version, build }: Release, live: number | undefined): PhaseKind {
  const title = `the release phase of v${version}`;
  const serves = live === undefined ? '' : `, v${live} serves on`;
  const then =
    `v${version} is not deployed${serves} ` +
    `(its output: \`deis releases:output v${version}\`; once more: \`deis releases:retry\`)`;
  return {
    title,
    word: 'release',
    command: phaseCommand(build),
    records: ({ releasePhases }) => releasePhases,
    failure: (what, details = {}) => new OperationFailure(`${title} ${what}: ${then}`, details),
  };
}

/** Of a command that is shown whole. */
const maxShownCommand = 120;

/** `scripts.postdeploy` of an app.json: it runs when the app's first release has become live. */
export function postdeployOf({ version, build }: Release): PhaseKind {
  const title = 'postdeploy of app.json';
  const command = build?.postdeploy ?? undefined;
  const shown =
    command === undefined || command.length > maxShownCommand || /\p{Cc}/u.test(command)
      ? 'COMMAND'
      : shellQuote([command]);
  const then =
    `v${version} serves on, and no later push runs it again ` +
    `(its output: \`deis releases:output v${version}\`; once more: \`deis run ${shown}\`)`;
  return {
    title,
    word: 'postdeploy',
    command,
    records: ({ postdeploys }) => postdeploys,
    failure: (what, details = {}) => new OperationFailure(`${title} ${what}: ${then}`, details),
  };
}

/** What went wrong between controller and node, without values of config; any other error as it is. */
export function describeTrouble({ failure }: PhaseKind, error: unknown, mask: ValueMask): unknown {
  if (!(error instanceof RemoteFailure)) return error;
  const { node, phase, exitCode, message, stderr } = error;
  const why = mask.cutText(stderr.trim()) || mask.text(message);
  return failure(
    phase === 'exit' ? `could not be started on ${node}: ${why}` : `lost its node ${node}: ${why}`,
    { node, ...(exitCode === null ? {} : { exitCode }) },
  );
}
