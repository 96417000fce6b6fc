import type { Operation, Release } from '../../controller/api-types.js';
import type { PhaseOutput, ReleaseOutput } from '../../controller/release-output.js';
import { carryOut, inRelease } from '../../actions/carry-out.js';
import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { memorySize, properties, table, withoutControls } from '../../terminal/format.js';
import { releaseNumber } from '../../terminal/input/option-values.js';

const stateOf = (release: Release): string => (release.live ? 'live' : release.state);

export const releases: CommandTable = {
  list: {
    summary: 'releases, newest first',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis releases -n 5',
    run: async (call) => {
      const all = await call.list<Release>(await call.formationPath('releases'));
      call.printList(
        all,
        (rows) =>
          table(
            ['RELEASE', 'STATE', 'ROLLBACK', 'COMMIT', 'SUMMARY', 'BY', 'CREATED'],
            rows.map((release) => [
              `v${release.version}`,
              stateOf(release),
              release.can_roll_back ? 'possible' : '',
              release.sha?.slice(0, 8),
              release.summary,
              release.created_by,
              release.created_at,
            ]),
          ),
        'No releases: git push deis HEAD:master',
      );
    },
  },
  info: {
    summary: 'one release',
    args: '<version>',
    details: 'Example:\n  deis releases:info v7',
    onFormation: true,
    json: true,
    run: async (call) => {
      const release = await (
        await call.api()
      ).get<Release>(await call.formationPath('releases', String(releaseNumber(call.arg(0)))));
      call.print(release, () =>
        properties([
          ['release', `v${release.version}`],
          ['state', stateOf(release)],
          ['summary', release.summary],
          ['reason', (release.reason ?? '').split('\n')],
          ['commit', release.sha],
          ['build', release.build],
          ['config', release.config],
          [
            'limits',
            Object.entries(release.limits).map(([type, { memory, cpus }]) =>
              [
                `${type}:`,
                ...(memory === undefined ? [] : [memorySize(memory)]),
                ...(cpus === undefined ? [] : [`${cpus} cores`]),
              ].join(' '),
            ),
          ],
          ['by', release.created_by],
          ['created', release.created_at],
          ['live since', release.live_at],
        ]),
      );
    },
  },
  output: {
    summary: 'what the release phase and postdeploy wrote, and what containers that failed have left behind',
    args: '<version>',
    details:
      'The last 2000 lines of the release phase, and of postdeploy of app.json; of each container that failed why, ' +
      'and its last 200 lines; with --json also its state as docker tells it, without values of variables.\n\n' +
      'Example:\n' +
      '  deis releases:output v7',
    onFormation: true,
    json: true,
    run: async (call) => {
      const output = await (
        await call.api()
      ).get<ReleaseOutput>(
        await call.formationPath('releases', String(releaseNumber(call.arg(0))), 'output'),
      );
      const containers = output.containers.flatMap(({ node, container, reason, lines, at }) => [
        `=== ${container} on ${node}, ${at}: ${reason}`,
        ...lines,
      ]);
      const shown = [
        ...phaseLines('release phase', output.phase),
        ...phaseLines('postdeploy', output.postdeploy ?? null),
        ...containers,
      ];
      call.print(output, () =>
        shown.length === 0
          ? `v${output.version} is ${output.state}; it has run no release phase, and no container of it has failed`
          : shown.map(withoutControls).join('\n'),
      );
    },
  },
  retry: {
    summary: 'deploy the newest release again, which failed, as a new one',
    onFormation: true,
    json: true,
    details: 'With the same code, config, limits and health checks.\n\nExample:\n  deis releases:retry',
    run: async (call) => {
      const ended = await carryOut(call, await call.formationPath('releases', 'retry'), {});
      call.output.talk(`Retried${inRelease(ended)}`);
    },
  },
  rollback: {
    summary:
      'cut a release with the build, config, limits and health checks of an earlier one, and deploy it',
    args: '[version]',
    onFormation: true,
    json: true,
    details:
      'Without a version: the last good one before the live one.\n\n' +
      'Examples:\n' +
      '  deis rollback\n' +
      '  deis rollback v5',
    run: async (call) => {
      const [version] = call.args;
      const body: { readonly release?: number } =
        version === undefined ? {} : { release: releaseNumber(version) };
      const ended = await carryOut(call, await call.formationPath('releases', 'rollback'), body);
      call.output.talk(`Rolled back${await backTo(call, body.release, ended)}${inRelease(ended)}`);
    },
  },
};

/** ` to v3`: which one the controller chose stands in what the new release says of itself. */
async function backTo(call: Call, named: number | undefined, { result }: Operation): Promise<string> {
  const cut = result?.['release'];
  if (named !== undefined) return ` to v${named}`;
  if (typeof cut !== 'number') return '';
  try {
    const path = await call.formationPath('releases', String(cut));
    const { summary } = await (await call.api()).get<Release>(path);
    return / to v\d+$/.exec(summary)?.[0] ?? '';
  } catch {
    // The rollback has succeeded already.
    return '';
  }
}

/** What a command of the release did, under a heading. */
function phaseLines(name: string, phase: PhaseOutput | null): string[] {
  if (phase === null) return [];
  const how = phase.exit_code === null ? '' : ` with status ${phase.exit_code}`;
  const node = phase.node === null ? '' : ` on ${phase.node}`;
  const when = phase.ended_at ?? phase.begun_at;
  return [`=== ${name}${node}${when === null ? '' : `, ${when}`}: ${phase.state}${how}`, ...phase.lines];
}
