import { UserError } from '../../../base/errors.js';
import { onlyBuiltin, type KnownBuildpacks } from '../../formation/buildpacks/known-buildpacks.js';
import type { RuntimeRequest } from '../runtimes/runtime.js';
import { parseAppJson, type AppManifest } from './app-json.js';
import type { AppSource, Processes } from './app-source.js';
import type { BuildpackPlan, BuiltinBuildpack } from './builtin-buildpack.js';
import { builtinBuildpacks } from './builtin-buildpacks.js';
import {
  buildpackName,
  parseBuildpacks,
  type BuildpackSource,
} from '../../formation/buildpacks/parse-buildpacks.js';
import { parseProcfile } from '../../formation/requests/process-types/parse-procfile.js';
import { notFetched, passedOver, refuseUninstalled, unreadVariables } from './languages/uninstalled.js';

export interface BuildPlan {
  /** In the order in which they compile the app. */
  readonly buildpacks: readonly BuildpackSource[];
  /** Said to the pusher first. */
  readonly heading: string;
  /** The Procfile's; without one, what is known before the buildpacks have said theirs. */
  readonly processes: Processes;
  readonly hasProcfile: boolean;
  /** Why the app cannot be started unless a buildpack says how. */
  readonly unstartable?: string;
  readonly runtimes: readonly RuntimeRequest[];
  readonly toolchains: readonly RuntimeRequest[];
  /** What its app.json says, where there is one. */
  readonly manifest?: AppManifest;
  /** Said to the pusher before the build. */
  readonly notes: readonly string[];
}

/** What of the formation a plan heeds. */
export interface PlanSetting {
  readonly config?: Readonly<Record<string, string>>;
  /** Set for the formation, in order. */
  readonly buildpacks?: readonly string[];
  readonly known?: KnownBuildpacks;
}

/**
 * Recognises the app and says how to build and run it: by the buildpacks that are set for the formation, else
 * those of its variable BUILDPACK_URL, else of its files .buildpacks or app.json, else by the first built-in
 * one that knows it. Pure. @throws UserError for a wrong Procfile, manifest or list, an unknown kind of app,
 * and one that nothing says how to start
 */
export function planBuild(source: AppSource, setting: PlanSetting = {}): BuildPlan {
  const written = source.procfile === undefined ? undefined : parseProcfile(source.procfile);
  const app = manifestOf(source);
  const listed = listedBuildpacks(source, setting, app.manifest);
  const buildpacks = listed ?? [{ kind: 'builtin', name: detected(source).name }];
  if (listed === undefined) refuseUninstalled(source, buildpacks);
  const builtin = buildpacks.flatMap((each) => (each.kind === 'builtin' ? [byName(each.name)] : []));
  for (const each of builtin) requireFit(each, source);
  const plans = builtin.map((each) => each.plan(source, written));
  const processes = written ?? Object.assign({}, ...plans.map((plan) => plan.processes));
  const unstartable = whyUnstartable(processes, plans);
  if (unstartable !== undefined && builtin.length === buildpacks.length)
    throw new UserError(unstartable, { field: 'Procfile' });
  return {
    buildpacks,
    heading:
      listed === undefined
        ? `${builtin[0]!.title} app detected`
        : `Buildpacks: ${buildpacks.map(buildpackName).join(', ')}`,
    processes,
    hasProcfile: written !== undefined,
    ...(unstartable === undefined ? {} : { unstartable }),
    ...app,
    runtimes: withoutRepeats(plans.flatMap(({ runtimes }) => runtimes)),
    toolchains: withoutRepeats(plans.flatMap(({ toolchains = [] }) => toolchains)),
    notes: [
      ...(app.manifest?.notes ?? []),
      ...notFetched(source),
      ...unreadVariables(source),
      ...plans.flatMap(({ notes }) => notes),
      ...(listed === undefined ? passedOver(source) : []),
    ],
  };
}

/** What a build is recorded with: `nodejs`, or all names of several. */
export function buildpackNames({ buildpacks }: Pick<BuildPlan, 'buildpacks'>): string {
  return buildpacks.map(buildpackName).join(', ');
}

/** What an app.json says. @throws UserError when it is wrong */
export function manifestOf({ appJson }: AppSource): { readonly manifest?: AppManifest } {
  return appJson === undefined ? {} : { manifest: parseAppJson(appJson) };
}

/** The buildpacks that somebody has named for the app; undefined when nobody has. @throws UserError */
export function listedBuildpacks(
  { buildpacks: file }: AppSource,
  { config = {}, buildpacks: set = [], known = onlyBuiltin }: PlanSetting,
  manifest: AppManifest | undefined,
): BuildpackSource[] | undefined {
  const { BUILDPACK_URL: variable = '' } = config;
  if (set.length > 0) return parseBuildpacks(set, 'deis buildpacks', known);
  if (variable.trim() !== '') return parseBuildpacks(variable, 'BUILDPACK_URL', known);
  if (file !== undefined) return parseBuildpacks(file, '.buildpacks', known);
  const { buildpacks: named = [] } = manifest ?? {};
  return named.length === 0 ? undefined : parseBuildpacks(named, 'app.json', known);
}

function detected(source: AppSource): BuiltinBuildpack {
  const found = builtinBuildpacks.find(
    (each) => each.detect(source) && (each.isChosen === undefined || each.isChosen(source)),
  );
  if (found !== undefined) return found;
  const signs = builtinBuildpacks.map(({ sign, title }) =>
    sign.includes(title) ? sign : `${sign} (${title})`,
  );
  throw new UserError(
    `no known kind of app, and no Procfile. Push one of: ${signs.slice(0, -1).join(', ')}, or ${signs.at(-1)} ` +
      `with a line such as \`web: ./start\`; or name a buildpack in .buildpacks${belowHint(source)}`,
  );
}

/** An app in a folder was seen, and is not taken unasked. */
function belowHint({ below = [] }: AppSource): string {
  const [first] = below;
  if (first === undefined) return '';
  const [name = ''] = first.split('/');
  const folder = /^[\w.-]+$/.test(name) ? name : 'FOLDER';
  return (
    `. An app lies at the root of what is pushed, and there is ${below.join(', ')}: push that folder alone ` +
    `with \`git subtree push --prefix=${folder} deis master\``
  );
}

function byName(name: string): BuiltinBuildpack {
  return builtinBuildpacks.find((each) => each.name === name)!;
}

function requireFit(buildpack: BuiltinBuildpack, source: AppSource): void {
  if (buildpack.detect(source)) return;
  throw new UserError(
    `the buildpack ${buildpack.name} does not fit this app: it needs ${buildpack.sign} at the root`,
    { field: '.buildpacks' },
  );
}

function whyUnstartable(processes: Processes, plans: readonly BuildpackPlan[]): string | undefined {
  if (Object.keys(processes).length > 0 || plans.some(({ decidesLater }) => decidesLater)) return undefined;
  return (
    plans.map(({ unstartable }) => unstartable).find((each) => each !== undefined) ??
    'nothing says how to start the app: push a Procfile with a line such as `web: ./start`'
  );
}

/** The first request for a runtime counts: the one of the buildpack that comes first. */
function withoutRepeats(requests: readonly RuntimeRequest[]): RuntimeRequest[] {
  return requests.filter(({ name }, index) => requests.findIndex((each) => each.name === name) === index);
}
