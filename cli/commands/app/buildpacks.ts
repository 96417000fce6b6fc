import type { Buildpacks } from '../../controller/buildpack-types.js';
import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { CliError, exitCodes } from '../../terminal/errors.js';
import { withoutControls } from '../../terminal/format.js';
import { integerOption } from '../../terminal/input/option-values.js';

export const buildpacks: CommandTable = {
  list: {
    summary: 'buildpacks that are set for the formation, in order',
    onFormation: true,
    json: true,
    details:
      'They count before the variable BUILDPACK_URL and the file .buildpacks. Without any of the three, the ' +
      'files of the app decide.\n\nExample:\n  deis buildpacks',
    run: async (call) => {
      const shown = await (await call.api()).get<Buildpacks>(await call.formationPath('buildpacks'));
      call.print(shown, ({ buildpacks: list, available }) =>
        list.length === 0
          ? `None are set. Names: ${available.join(', ')}; or a URL, or ./FOLDER of the repository`
          : list.map((each, index) => `${index + 1}. ${withoutControls(each)}`).join('\n'),
      );
    },
  },
  set: {
    summary: 'set them, in the place of those that are set',
    args: '<buildpack...>',
    onFormation: true,
    json: true,
    details:
      'A name (see deis buildpacks), a URL of a git repository with #REF, of a .tgz, or ./FOLDER. For the next ' +
      'push.\n\nExample:\n  deis buildpacks:set nodejs https://example.com/buildpack.git#v2',
    run: async (call) => change(call, () => call.args),
  },
  add: {
    summary: 'add one behind the others',
    args: '<buildpack>',
    options: [['--index <number>', 'its place, from 1']],
    onFormation: true,
    json: true,
    details: 'Example:\n  deis buildpacks:add nodejs --index=1',
    run: async (call) => {
      const given = call.option('index');
      await change(call, (list) => {
        const place = given === undefined ? list.length + 1 : placeOf(given, list.length + 1);
        return [...list.slice(0, place - 1), call.arg(0), ...list.slice(place - 1)];
      });
    },
  },
  remove: {
    summary: 'take one away, by its name or its number',
    args: '<buildpack>',
    onFormation: true,
    json: true,
    details: 'Examples:\n  deis buildpacks:remove nodejs\n  deis buildpacks:remove 2',
    run: async (call) =>
      change(call, (list) => {
        const named = call.arg(0);
        const at = list.includes(named) ? list.indexOf(named) : /^\d+$/.test(named) ? Number(named) - 1 : -1;
        if (at >= 0 && at < list.length) return list.filter((_, index) => index !== at);
        const present = list.length === 0 ? 'none are set' : `set are ${list.join(', ')}`;
        throw new CliError(`no buildpack ${JSON.stringify(named)}: ${present}`, exitCodes.notFound);
      }),
  },
  clear: {
    summary: 'set none: the app decides again',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis buildpacks:clear',
    run: async (call) => change(call, () => []),
  },
};

/** Changes the list that is there now; what somebody else changes meanwhile is not overwritten. */
async function change(call: Call, next: (list: readonly string[]) => readonly string[]): Promise<void> {
  const api = await call.api();
  const path = await call.formationPath('buildpacks');
  const { body, etag } = await api.getTagged<Buildpacks>(path);
  const headers: Record<string, string> = etag === undefined ? {} : { 'If-Match': etag };
  const after = await api.post<Buildpacks>(path, { buildpacks: next(body.buildpacks) }, headers);
  call.print(after, ({ buildpacks: list }) =>
    list.length === 0 ? 'None are set: the app decides' : `For the next push: ${list.join(', ')}`,
  );
}

function placeOf(given: string, max: number): number {
  return integerOption('--index', given, { min: 1, max });
}
