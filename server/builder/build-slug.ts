import type Docker from 'dockerode';
import { unlessAborted } from '../../base/unless-aborted.js';
import { ValueMask } from '../../base/value-mask.js';
import type { SavedSlug, SlugFiles } from '../slug/slug-files.js';
import type { BuildRuntime } from '../store/app/builds/build-store.js';
import {
  buildBinds,
  buildEnvironment,
  type BuildSurroundings,
  type PreparedTrees,
} from './containers/build-environment.js';
import type { BuildContainerSpec } from './containers/build-container.js';
import type { BuildNetwork } from './containers/build-network.js';
import { envFolder, sayProcesses } from './containers/build-input.js';
import type { KeptBuildpacks } from './containers/kept-buildpacks.js';
import type { Processes } from './plan/app-source.js';
import type { BuildPlan } from './plan/plan-build.js';
import { releaseProcesses } from './plan/release-processes.js';
import type { Runtime, RuntimeRequest, RuntimeSources } from './runtimes/runtime.js';
import type { ToolchainSources } from './toolchains/toolchain.js';
import {
  checkRoom,
  discardBuild,
  startBuild,
  type BuildOrder,
  type BuildStart,
} from './watch/begin-build.js';
import { tellingFailures, watchBuild, type Told } from './watch/watch-build.js';

export interface SlugBuilderOptions extends BuildSurroundings, BuildStart {
  readonly network: Pick<BuildNetwork, 'name' | 'ensure'>;
  readonly slugs: SlugFiles;
  readonly runtimes: RuntimeSources;
  readonly toolchains: ToolchainSources;
  /** The present stack image: its id, its name with digest, and the uid of its user. */
  readonly stackImage: () => Promise<BuildImage>;
  readonly maxSlugBytes: number;
  readonly kept: Pick<KeptBuildpacks, 'read'>;
}

export interface BuildImage {
  readonly id: string;
  readonly reference: string;
  readonly appUid: number;
}

/** One push to be built. */
export interface BuildRequest extends BuildOrder {
  readonly plan: BuildPlan;
  /** The app's variables in clear: never logged. */
  readonly config: Readonly<Record<string, string>>;
}

export interface BuiltSlug {
  readonly slug: SavedSlug;
  /** Stack image that it was built on, name@sha256:<id>. */
  readonly image: string;
  readonly processes: Processes;
  /** What its containers need beside it. */
  readonly runtimes: readonly BuildRuntime[];
}

const slugInContainer = '/tmp/slug.tgz';
/**
 * What run.sh says when the slug is there and nothing more can fail: the engine takes its time to end a
 * container.
 */
const readyLine = (operationId: string): string => `deis: the slug of ${operationId} is ready`;
const releaseInContainer = '/tmp/release.yml';
/** More than all buildpacks may say. */
const maxReleaseBytes = 1024 ** 2;
/** More than a config holds. */
const maxEnvBytes = 64 * 1024 ** 2;

/** Builds slugs in ephemeral containers. */
export class SlugBuilder {
  constructor(private readonly options: SlugBuilderOptions) {}

  /**
   * Builds, or carries on with the container of a controller that went away, and saves the slug. The
   * container stays until `discard`.
   * @throws BuildFailure when the build fails, runs out of time, memory or disk; the signal's reason when
   * aborted
   */
  async build(order: BuildRequest, say: (line: string) => void, signal: AbortSignal): Promise<BuiltSlug> {
    return tellingFailures(this.options, order, say, signal, (told) => this.#build(order, told, signal));
  }

  async #build(order: BuildRequest, told: Told, signal: AbortSignal): Promise<BuiltSlug> {
    const { containers, slugs, maxSlugBytes } = this.options;
    const { say } = told;
    const adopted = await containers.find(order.operationId);
    if (adopted !== undefined) say('-----> Carrying on with a build that is under way');
    const { container, image, note } = adopted ?? (await this.#start(order, say, signal));
    // Its config may be an earlier one.
    const earlier =
      adopted === undefined
        ? []
        : await containers.readTexts(container, { path: envFolder, maxBytes: maxEnvBytes }, signal);
    told.mask = new ValueMask([...Object.values(order.config), ...earlier]);
    const { operationId, formation } = order;
    await watchBuild(this.options, { container, formation, readyLine: readyLine(operationId) }, told, signal);
    const processes = await this.#processes(order.plan, container, signal);
    const slug = await containers.readFile(container, slugInContainer, signal, (bytes) =>
      slugs.save(bytes, order.formation, maxSlugBytes),
    );
    return { slug, image, processes, runtimes: JSON.parse(note) as BuildRuntime[] };
  }

  /** Removes what a build left on the engine, and too large a cache, which it says. Safe to repeat. */
  async discard(
    order: Pick<BuildRequest, 'operationId' | 'formation'>,
    say: (line: string) => void = () => undefined,
  ): Promise<void> {
    await discardBuild(this.options, order, say);
  }

  async #start(
    order: BuildRequest,
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ container: Docker.Container; image: string; note: string }> {
    // Each asks other programs: one after the other they would take a third of a small build's time.
    const fence = this.options.network.ensure();
    fence.catch(() => undefined);
    const [{ image, cache }] = await Promise.all([
      this.#surroundings(order),
      checkRoom(this.options, order, signal),
    ]);
    if (cache.emptied !== undefined) say(`       ${cache.emptied}`);
    const runtimes = await prepare(order.plan.runtimes, this.options.runtimes, say, signal);
    const toolchains = await prepare(order.plan.toolchains, this.options.toolchains, say, signal);
    const spec = this.#spec(order, image, { runtimes, toolchains }, cache.folder);
    const own = {
      buildpacks: order.plan.buildpacks,
      kept: (each: Parameters<KeptBuildpacks['read']>[0]) => this.options.kept.read(each),
      config: order.config,
      fence,
    };
    const container = await startBuild(this.options, order, spec, own, signal);
    return { container, image: spec.imageReference, note: spec.note };
  }

  async #surroundings({ formation }: BuildRequest) {
    const image = await this.options.stackImage();
    return { image, cache: await this.options.caches.open(formation, image.appUid) };
  }

  #spec(
    { operationId, formation, commit }: BuildRequest,
    image: BuildImage,
    prepared: PreparedTrees,
    cache: string | undefined,
  ): BuildContainerSpec {
    return {
      operationId,
      formation,
      imageId: image.id,
      imageReference: image.reference,
      command: ['/bin/bash', '/build/run.sh'],
      env: buildEnvironment(this.options, prepared, {
        DEIS_FORMATION: formation,
        DEIS_READY_LINE: readyLine(operationId),
        SOURCE_VERSION: commit,
        DEIS_CACHE_KB: String(Math.floor(this.options.caches.maxBytes / 1024)),
      }),
      binds: buildBinds(this.options, prepared, cache),
      network: this.options.network.name,
      note: JSON.stringify(prepared.runtimes.map(recorded)),
    };
  }

  /** What buildpacks have said is asked for only where it counts. */
  async #processes(plan: BuildPlan, container: Docker.Container, signal: AbortSignal): Promise<Processes> {
    if (plan.hasProcfile) return plan.processes;
    if (!(await sayProcesses(plan.buildpacks))) return releaseProcesses(plan, '');
    const file = { path: releaseInContainer, maxBytes: maxReleaseBytes };
    const [released = ''] = await this.options.containers.readTexts(container, file, signal);
    return releaseProcesses(plan, released);
  }
}

/** The trees that a plan asks for. They are everybody's: a cancelled build does not end their download. */
async function prepare<T>(
  wanted: readonly RuntimeRequest[],
  sources: Readonly<Record<string, { ensure(range: string, onFetch: (what: string) => void): Promise<T> }>>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<T[]> {
  const onFetch = (what: string): void => say(`-----> Downloading ${what}, once for all apps`);
  return unlessAborted(
    signal,
    Promise.all(wanted.map(({ name, range }) => sources[name]!.ensure(range, onFetch))),
  );
}

function recorded({ name, version, mount, slug }: Runtime): BuildRuntime {
  return { name, version, mount, ...slug };
}
