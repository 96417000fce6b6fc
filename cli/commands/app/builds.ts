import type { Build, BuildOutput, Operation } from '../../controller/api-types.js';
import type { CommandTable } from '../../command.js';
import { carryOutDelete } from '../../actions/carry-out.js';
import { usageError } from '../../terminal/errors.js';
import { bytes, properties, table, withoutControls } from '../../terminal/format.js';

export const builds: CommandTable = {
  create: {
    summary: 'build and deploy the source in a tar archive, or deploy a slug or an image from elsewhere',
    args: '[archive|image]',
    options: [
      ['--dockerfile <path>', 'build by this Dockerfile of the archive, whatever buildpacks are set'],
      ['--url <url>', 'where the slug is: a tar archive of /app, packed with gzip; http or https'],
      ['--sha256 <sum>', 'that it must have'],
      ['--procfile <file>', 'the Procfile with its process types'],
    ],
    onFormation: true,
    json: true,
    details:
      'An archive is a path, or - for standard input; plain or gzip. An image is named with its digest. Either ' +
      'is pushed with git as your own work would be: with your SSH key, and the build shows live. A slug is ' +
      'fetched by the controller, which builds nothing: it holds all that the app needs beside the stack.\n\n' +
      'Examples:\n' +
      '  git archive HEAD | deis builds:create - --dockerfile=docker/Dockerfile --formation=peachy-waxworks\n' +
      '  deis builds:create registry.example.com/shop@sha256:DIGEST\n' +
      '  deis builds:create --url=https://builds.example.com/app.tgz --sha256=9f86d08... --procfile=Procfile',
    run: async (call) => {
      const { importBuild, isImport } = await import('../../actions/app/import-build.js');
      if (isImport(call)) return importBuild(call);
      await (await import('../../actions/app/push-archive.js')).pushArchive(call);
    },
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
      ).get<BuildOutput>(await call.formationPath('builds', build, 'output'));
      call.print(output, () =>
        output.lines.length === 0
          ? `Nothing was built: the push is ${output.state}`
          : [...output.lines, ...ending(output)].map(withoutControls).join('\n'),
      );
    },
  },
  info: {
    summary: 'one build: its commit, slug or image, and process types',
    args: '[build]',
    onFormation: true,
    json: true,
    details:
      'Without a build: the newest. A push that failed has none: see builds:output.\n\nExample:\n  deis builds:info',
    run: async (call) => {
      const [id = 'latest'] = call.args;
      const build = await (await call.api()).get<Build>(await call.formationPath('builds', id));
      call.print(build, () =>
        properties([
          ['build', build.uuid],
          ['kind', build.kind],
          ['commit', build.sha],
          ['buildpack', build.buildpack],
          ['size', build.size === null ? null : bytes(build.size)],
          ['sha256', build.sha256],
          ['image', build.image],
          ['port', build.port === null ? null : String(build.port)],
          ['process types', Object.entries(build.procfile).map(shownType)],
          ['created', build.created_at],
        ]),
      );
    },
  },
  cancel: {
    summary: 'end a push that is being built or waits',
    args: '[build]',
    onFormation: true,
    json: true,
    details:
      'Without a build: the push under way, else the newest that waits. What is live stays live.\n\n' +
      'Example:\n  deis builds:cancel',
    run: async (call) => {
      const [id = 'latest'] = call.args;
      const path = await call.formationPath('builds', id, 'cancel');
      const after = await (await call.api()).post<Operation>(path);
      call.print(
        after,
        () => `build ${after.id}: ${after.finished_at === null ? 'asked to stop' : after.state}`,
      );
    },
  },
  cache: {
    summary: 'remove what builds keep for the next one: `deis builds:cache clear`',
    args: '<clear>',
    onFormation: true,
    json: true,
    details:
      'A build under way ends first. The next one fetches its dependencies again.\n\n' +
      'Example:\n  deis builds:cache clear',
    run: async (call) => {
      if (call.arg(0) !== 'clear')
        throw usageError(`${JSON.stringify(call.arg(0))} is not known here`, 'deis builds:cache clear');
      const { result } = await carryOutDelete(call, await call.formationPath('build-cache'));
      const freed = result?.['bytes'];
      call.output.talk(`Cleared the build cache${typeof freed === 'number' ? ` (${bytes(freed)})` : ''}`);
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
            ['BUILD', 'COMMIT', 'KIND', 'BUILT BY', 'SIZE', 'PROCESS TYPES', 'CREATED'],
            rows.map((build) => [
              build.uuid,
              build.sha.slice(0, 8),
              build.kind,
              build.buildpack,
              build.size === null ? null : bytes(build.size),
              Object.keys(build.procfile).join(','),
              build.created_at,
            ]),
          ),
        'No builds: git push deis HEAD:master',
      );
    },
  },
};

function shownType([type, command]: [string, string]): string {
  return `${type}: ${command === '' ? '(as the image says)' : command}`;
}

function ending({ failure }: BuildOutput): string[] {
  if (failure === undefined || failure === null) return [];
  return [failure.message, ...(failure.advice === null ? [] : [failure.advice])].map(
    (line) => ` !     ${line}`,
  );
}
