import { messageOf, UserError } from '../../../base/errors.js';
import { parseNodeRange } from '../runtimes/choose-node-version.js';
import { rangeOfNvmrc } from '../runtimes/node-version-file.js';
import { parseProcfile } from './parse-procfile.js';
import { startCommand } from './start-command.js';

/** What detection looks at: names at the root of the pushed commit and the text of a few of them. */
export interface AppSource {
  /** Entries at the root, folders without a slash. */
  readonly names: ReadonlySet<string>;
  readonly procfile?: string;
  readonly packageJson?: string;
  readonly staticJson?: string;
  readonly nvmrc?: string;
}

export type Buildpack = 'nodejs' | 'static' | 'procfile';

export interface BuildPlan {
  readonly buildpack: Buildpack;
  /** `Node.js`, for people. */
  readonly title: string;
  /** Process type -> command. */
  readonly procfile: Readonly<Record<string, string>>;
  /** Semver range of Node.js; absent when the app needs none. `*` stands for "the default". */
  readonly node?: string;
  /** Said to the pusher before the build. */
  readonly notes: readonly string[];
}

/** Files whose text detection wants to see. */
export const inspectedFiles = {
  procfile: 'Procfile',
  packageJson: 'package.json',
  staticJson: 'static.json',
  nvmrc: '.nvmrc',
} as const;

/**
 * Recognises the app and says how to build and run it. Pure. @throws UserError for a wrong Procfile,
 * manifest, or an unknown kind of app.
 */
export function planBuild(source: AppSource): BuildPlan {
  const written = source.procfile === undefined ? undefined : parseProcfile(source.procfile);
  if (source.names.has('package.json')) return nodePlan(source, written);
  if (source.names.has('index.html') || source.names.has('static.json')) return staticPlan(source, written);
  if (written !== undefined)
    return { buildpack: 'procfile', title: 'Procfile', procfile: written, notes: [] };
  throw new UserError(
    'no known kind of app, and no Procfile. Push one of: package.json (Node.js), index.html or ' +
      'static.json (static files), or a Procfile with a line such as `web: ./start`',
  );
}

function nodePlan(source: AppSource, written: BuildPlan['procfile'] | undefined): BuildPlan {
  const manifest = parseObject('package.json', source.packageJson ?? '');
  const scripts = asObject(manifest['scripts']);
  if (written === undefined && typeof scripts['start'] !== 'string' && !source.names.has('server.js')) {
    throw new UserError(
      'package.json has no "start" script, and there is neither a Procfile nor a server.js: nothing ' +
        'says how to start the app',
      { field: 'scripts.start' },
    );
  }
  return {
    buildpack: 'nodejs',
    title: 'Node.js',
    procfile: written ?? { web: startCommand(scripts) },
    node: nodeRange(manifest, source.nvmrc),
    notes: nodeNotes(source, written, manifest),
  };
}

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
  written: BuildPlan['procfile'] | undefined,
  manifest: Record<string, unknown>,
): string[] {
  // npm's own order.
  const npmLock = ['npm-shrinkwrap.json', 'package-lock.json'].find((name) => source.names.has(name));
  const hasNpmLock = npmLock !== undefined;
  const foreign = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lockb', 'bun.lock'].filter((name) =>
    source.names.has(name),
  );
  return [
    ...(written === undefined
      ? [`No Procfile: web runs \`${startCommand(asObject(manifest['scripts']))}\``]
      : []),
    ...belowNpm(written ?? { web: startCommand(asObject(manifest['scripts'])) }),
    ...nvmrcNotes(source, manifest),
    ...(source.names.has('node_modules')
      ? ['node_modules is in the repository: it is removed and installed anew']
      : []),
    ...(hasNpmLock && foreign.length > 0 ? [`${foreign.join(' and ')} is not read: ${npmLock} counts`] : []),
    ...(!hasNpmLock && foreign.length > 0
      ? [`${foreign.join(' and ')} is not read: npm chooses versions by package.json`]
      : []),
    ...(!hasNpmLock && foreign.length === 0
      ? ['No package-lock.json: two pushes may get different versions of packages']
      : []),
  ];
}

/** npm and yarn end at SIGTERM, and the app with them, whatever it does at SIGTERM. */
function belowNpm(procfile: BuildPlan['procfile']): string[] {
  const types = Object.keys(procfile).filter((type) => /^(npm|npx|yarn)\s/.test(procfile[type] ?? ''));
  if (types.length === 0) return [];
  return [
    `${types.join(', ')}: npm passes no SIGTERM on. For an app that ends in its own way, name its command ` +
      'in the Procfile, e.g. `web: node server.js`',
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

function staticPlan(source: AppSource, written: BuildPlan['procfile'] | undefined): BuildPlan {
  const settings = source.staticJson === undefined ? {} : parseObject('static.json', source.staticJson);
  const root = settings['root'] ?? '.';
  if (typeof root !== 'string' || root.startsWith('/') || root.split('/').includes('..')) {
    throw new UserError(`static.json: root is ${shown(root)}, and must name a folder of the repository`, {
      field: 'root',
    });
  }
  return {
    buildpack: 'static',
    title: 'Static files',
    procfile: written ?? { web: 'node .deis/static-server.mjs' },
    node: '*',
    notes: [],
  };
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${file} is no JSON: ${messageOf(error)}`, { field: file, cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError(`${file} must hold a JSON object`, { field: file });
  return value as Record<string, unknown>;
}

/** A value of a pushed file in a message: its first characters are enough to find it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
