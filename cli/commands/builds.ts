import type { Build, BuildOutput } from '../controller/api-types.js';
import type { CommandTable } from '../command.js';
import { bytes, table, withoutControls } from '../terminal/format.js';

export const builds: CommandTable = {
  create: {
    summary: 'build and deploy the source in a tar archive',
    args: '<archive>',
    onFormation: true,
    details:
      'A path, or - for standard input; plain or gzip. It is pushed with git as your own work would be: ' +
      'with your SSH key, and the build shows live.\n\n' +
      'Example:\n' +
      '  git archive HEAD | deis builds:create - --formation=peachy-waxworks',
    run: async (call) => (await import('../actions/push-archive.js')).pushArchive(call),
  },
  output: {
    summary: "a build's whole output, also of one that failed",
    args: '[build]',
    onFormation: true,
    json: true,
    details: 'Without a build: of the newest push.\n\nExample:\n  deis builds:output',
    run: async (call) => {
      const [build = 'latest'] = call.args;
      const output = await (
        await call.api()
      ).get<BuildOutput>(await call.formationPath('builds', encodeURIComponent(build), 'output'));
      call.print(output, () =>
        output.lines.length === 0
          ? `Nothing was built: the push is ${output.state}`
          : [...output.lines, ...ending(output)].map(withoutControls).join('\n'),
      );
    },
  },
  list: {
    summary: 'what pushes were built into, newest first',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis builds -n 5',
    run: async (call) => {
      const all = await call.list<Build>(await call.formationPath('builds'));
      call.printList(
        all,
        (rows) =>
          table(
            ['BUILD', 'COMMIT', 'BUILDPACK', 'SLUG', 'PROCESS TYPES', 'CREATED'],
            rows.map((build) => [
              build.uuid,
              build.sha.slice(0, 8),
              build.buildpack,
              bytes(build.size),
              Object.keys(build.procfile).join(','),
              build.created_at,
            ]),
          ),
        'No builds: git push deis master',
      );
    },
  },
};

function ending({ failure }: BuildOutput): string[] {
  if (failure === undefined || failure === null) return [];
  return [failure.message, ...(failure.advice === null ? [] : [failure.advice])].map(
    (line) => ` !     ${line}`,
  );
}
