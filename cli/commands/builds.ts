import type { Build } from '../api-types.js';
import type { CommandTable } from '../command.js';
import { bytes, table } from '../format.js';
import { integerOption } from '../option-values.js';

export const builds: CommandTable = {
  list: {
    summary: 'what pushes were built into, newest first',
    options: [['-n, --limit <number>', 'at most so many, default 100']],
    onFormation: true,
    json: true,
    run: async (call) => {
      const limit = integerOption('--limit', call.option('limit') ?? '100', { min: 1, max: 100_000 });
      const all = await (await call.api()).list<Build>(await call.formationPath('builds'), limit);
      call.printList(
        all,
        (rows) => table(['BUILD', 'COMMIT', 'BUILDPACK', 'SLUG', 'PROCESS TYPES', 'CREATED'], rows.map((build) => [build.uuid, build.sha.slice(0, 8), build.buildpack, bytes(build.size), Object.keys(build.procfile).join(','), build.created_at])),
        'No builds: git push deis master',
      );
    },
  },
};
