import { UserError } from '../../../../base/errors.js';
import { parseNodeRange } from '../../runtimes/choose-node-version.js';
import { rangeOfNvmrc } from '../../runtimes/node-version-file.js';
import type { AppSource, Processes } from '../app-source.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';
import { asObject, parseJsonObject, shown } from '../json/json-file.js';
import { choosePackageManager } from './package-manager.js';
import { startCommand } from '../start-command.js';

/** Node.js apps with npm, yarn or pnpm. */
export const nodejs: BuiltinBuildpack = {
  name: 'nodejs',
  title: 'Node.js',
  sign: 'package.json',
  detect: ({ names }) => names.has('package.json'),
  plan: (source, written) => {
    const manifest = parseJsonObject('package.json', source.packageJson ?? '');
    const scripts = asObject(manifest['scripts']);
    const isStartable = typeof scripts['start'] === 'string' || source.names.has('server.js');
    const processes: Processes = isStartable ? { web: startCommand(scripts) } : {};
    return {
      processes,
      ...(isStartable
        ? {}
        : {
            unstartable:
              'package.json has no "start" script, and there is neither a Procfile nor a server.js: nothing ' +
              'says how to start the app',
          }),
      runtimes: [{ name: 'node', range: nodeRange(manifest, source.nvmrc) }],
      notes: nodeNotes(source, written, processes, manifest),
    };
  },
};

/** What engines.node says, checked, else .nvmrc; `*` when neither says anything. */
function nodeRange(manifest: Record<string, unknown>, nvmrc = ''): string {
  const range = asObject(manifest['engines'])['node'];
  if (range === undefined) return rangeOfNvmrc(nvmrc) ?? '*';
  if (typeof range !== 'string')
    throw new UserError(
      `package.json: engines.node is ${shown(range)}, and must be a version range in quotes`,
      { field: 'engines.node' },
    );
  const text = range.trim() || '*';
  parseNodeRange(text);
  return text;
}

function nodeNotes(
  source: AppSource,
  written: Processes | undefined,
  processes: Processes,
  manifest: Record<string, unknown>,
): string[] {
  return [
    ...(written === undefined && processes['web'] !== undefined
      ? [`No Procfile: web runs \`${processes['web']}\``]
      : []),
    ...nvmrcNotes(source, manifest),
    ...(source.names.has('node_modules')
      ? ['node_modules is in the repository: it is removed and installed again']
      : []),
    ...choosePackageManager(source, manifest).notes,
  ];
}

function nvmrcNotes({ nvmrc }: AppSource, manifest: Record<string, unknown>): string[] {
  if (nvmrc === undefined) return [];
  if (asObject(manifest['engines'])['node'] !== undefined)
    return ['.nvmrc is not read: engines.node of package.json counts'];
  const range = rangeOfNvmrc(nvmrc);
  if (range !== undefined) return [`.nvmrc: Node.js ${range === '*' ? 'of the default line' : range}`];
  return [
    `.nvmrc is not read: ${shown(nvmrc.trim().slice(0, 40))} is not a version that can be had: ` +
      'expected a version or a line, e.g. 22 or lts/jod',
  ];
}
