import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { BuildCaches } from '../../../server/builder/containers/build-caches.js';
import { BuildContainers, type BuildLimits } from '../../../server/builder/containers/build-container.js';
import { KeptBuildpacks } from '../../../server/builder/containers/kept-buildpacks.js';
import { BuildNetwork } from '../../../server/builder/containers/build-network.js';
import {
  SlugBuilder,
  type BuildRequest,
  type SlugBuilderOptions,
} from '../../../server/builder/build-slug.js';
import { DiskWatermark } from '../../../server/builder/containers/disk-watermark.js';
import { GitProgram } from '../../../server/git/repository/git-program.js';
import { GitRepositories, type GitRepository } from '../../../server/git/repository/git-repository.js';
import { RegistryClient } from '../../../server/builder/toolchains/fetch-file.js';
import { GoToolchains } from '../../../server/builder/toolchains/go-toolchains.js';
import { JavaToolchains } from '../../../server/builder/toolchains/java-toolchains.js';
import { MavenToolchains } from '../../../server/builder/toolchains/maven-toolchains.js';
import { readHostPackages } from '../../../provisioner/images/host/host-packages.js';
import { herokuStacks } from '../../../provisioner/images/stack-image.js';
import { imageChoice } from '../../../provisioner/images/suite.js';
import { NodeRuntimes } from '../../../server/builder/runtimes/node-runtimes.js';
import { PhpRuntimes } from '../../../server/builder/runtimes/php-runtimes.js';
import { RubyRuntimes } from '../../../server/builder/runtimes/ruby-runtimes.js';
import { planBuild, type PlanSetting } from '../../../server/builder/plan/plan-build.js';
import { readAppSource } from '../../../server/builder/read-app-source.js';
import { FileBlobs } from '../../../server/blobs/file-blobs.js';
import { SlugFiles } from '../../../server/slug/slug-files.js';
import { stackImage } from '../../../server/stack-image.js';
import { prepareMachine, sweep } from '../nodes/docker-machine.js';
import { projectRoot } from '../source/source-imports.js';

export interface BenchOptions extends Partial<SlugBuilderOptions> {
  readonly limits?: BuildLimits;
}

const certificates = '/etc/ssl/certs/ca-certificates.crt';

/** Real builds in real containers, under an instance id of their own. */
export class BuildBench {
  readonly instance = randomBytes(4).toString('hex');
  readonly folder = mkdtempSync(join(tmpdir(), 'deis-build-bench-'));
  readonly repositories = new GitRepositories(join(this.folder, 'repos'), new GitProgram());
  readonly slugFolder = join(this.folder, 'slugs');
  readonly slugs = new SlugFiles(new FileBlobs(this.slugFolder));
  readonly runtimes = new NodeRuntimes({
    slugs: this.slugs,
    folder: join(this.folder, 'runtimes'),
    registry: null,
    caBundle: null,
    now: () => new Date(),
  });

  readonly go = new GoToolchains({
    folder: join(this.folder, 'toolchains'),
    client: new RegistryClient(certificates),
    proxy: 'https://proxy.golang.org',
    now: () => new Date(),
  });

  readonly java = new JavaToolchains({
    folder: join(this.folder, 'toolchains'),
    suite: imageChoice().suite,
    packages: () => readHostPackages(),
    now: () => new Date(),
  });

  readonly #debian = {
    slugs: this.slugs,
    folder: join(this.folder, 'toolchains'),
    suite: imageChoice().suite,
    packages: () => readHostPackages(),
    now: () => new Date(),
  };
  readonly ruby = new RubyRuntimes(this.#debian);
  readonly php = new PhpRuntimes(this.#debian);

  readonly maven = new MavenToolchains({
    folder: join(this.folder, 'toolchains'),
    client: new RegistryClient(certificates),
    mirror: 'https://repo.maven.apache.org/maven2',
    now: () => new Date(),
  });

  readonly kept = new KeptBuildpacks(join(this.folder, 'buildpacks'));
  readonly network: BuildNetwork;

  private constructor(
    readonly docker: Docker,
    private readonly image: { readonly id: string; readonly name: string },
    /** Of the user that builds and apps run as. */
    readonly appUid: number,
  ) {
    this.network = new BuildNetwork({
      docker,
      instance: this.instance,
      services: () => Promise.resolve([]),
      nodes: () => Promise.resolve([]),
      log: { warn: (fields, message) => console.warn(message, fields) },
    });
  }

  static async open(): Promise<BuildBench> {
    const { docker, stack } = await prepareMachine();
    return new BuildBench(docker, stack, (await stackImage(docker, imageChoice().suite)).appUid);
  }

  builder({
    limits = { memory: 1024 ** 3, cpus: null, pids: 512, disk: 4 * 1024 ** 3 },
    ...options
  }: BenchOptions = {}): SlugBuilder {
    return new SlugBuilder({
      containers: new BuildContainers(this.docker, this.instance, limits),
      network: this.network,
      slugs: this.slugs,
      runtimes: { node: this.runtimes, ruby: this.ruby, php: this.php },
      toolchains: { go: this.go, java: this.java, maven: this.maven },
      disk: new DiskWatermark([this.folder], 1024 ** 2),
      stackImage: () => {
        const { id, name } = this.image;
        return Promise.resolve({ id, reference: `${name}@${id}`, appUid: this.appUid });
      },
      buildSeconds: 120,
      maxSourceBytes: 1024 ** 3,
      maxSlugBytes: 200 * 1024 ** 2,
      caches: this.caches(1024 ** 3),
      kept: this.kept,
      workFolder: join(this.folder, 'work'),
      stackName: herokuStacks[imageChoice().suite],
      caBundle: certificates,
      npmRegistry: null,
      pypiIndex: null,
      goProxy: null,
      mavenMirror: null,
      rubygemsMirror: null,
      now: () => new Date(),
      ...options,
    });
  }

  /** What a formation's builds see as /cache. */
  cacheOf(formation: string): string {
    return join(this.folder, 'caches', formation, `u${this.appUid}`);
  }

  /** The caches of this bench, of so many bytes each. */
  caches(maxBytes: number): BuildCaches {
    const removeAsRoot = (): Promise<void> => Promise.reject(new Error('not needed here'));
    return new BuildCaches({
      folder: join(this.folder, 'caches'),
      maxBytes,
      setting: 'DEIS_BUILD_CACHE',
      removeAsRoot,
    });
  }

  /** The stack image's id. */
  get stack(): string {
    return this.image.id;
  }

  /**
   * A repository with one commit of these files; `bin/*` and `*.sh` executable, `-> a` a link to `a`, `copy of
   * /a` the bytes of a file.
   */
  async commit(
    formation: string,
    files: Readonly<Record<string, string>>,
  ): Promise<{ repository: GitRepository; commit: string }> {
    const work = mkdtempSync(join(this.folder, 'app-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, name)), { recursive: true });
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(work, name));
      else if (text.startsWith('copy of ')) cpSync(text.slice(8), join(work, name));
      else writeFileSync(join(work, name), text);
      if (name.endsWith('.sh') || /(^|\/)bin\//.test(name)) chmodSync(join(work, name), 0o755);
    }
    return this.#commitFolder(formation, work);
  }

  /** A repository with one of the examples. */
  async example(name: string): Promise<{ repository: GitRepository; commit: string }> {
    const work = mkdtempSync(join(this.folder, 'app-'));
    cpSync(join(projectRoot, 'examples', name), work, { recursive: true });
    return this.#commitFolder(name, work);
  }

  async order(
    formation: string,
    source: { repository: GitRepository; commit: string },
    config: Record<string, string> = {},
    setting: Omit<PlanSetting, 'config'> = {},
  ): Promise<BuildRequest> {
    const plan = planBuild(await readAppSource(source.repository, source.commit), { config, ...setting });
    return { operationId: randomUUID(), formation, ...source, plan, config };
  }

  /** Unpacks a saved slug and gives its folder. */
  async unpack(path: string): Promise<string> {
    const target = mkdtempSync(join(this.folder, 'slug-'));
    await execa('tar', ['-xzf', join(this.slugFolder, path), '-C', target]);
    chmodSync(target, 0o755);
    return target;
  }

  /** Containers of this bench that are left. */
  async containers(): Promise<string[]> {
    return (
      await this.docker.listContainers({ all: true, filters: { label: [`deis.instance=${this.instance}`] } })
    ).map(({ Id }) => Id);
  }

  async removeContainers(): Promise<void> {
    for (const id of await this.containers())
      await this.docker.getContainer(id).remove({ force: true, v: true });
  }

  async close(): Promise<void> {
    await sweep(this.instance);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #commitFolder(
    formation: string,
    work: string,
  ): Promise<{ repository: GitRepository; commit: string }> {
    const git = (...args: string[]): Promise<string> =>
      execa('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], { cwd: work }).then(
        ({ stdout }) => stdout,
      );
    await git('init', '-q', '-b', 'master');
    await git('add', '-A', '-f');
    await git('commit', '-q', '-m', 'Start');
    const repository = await this.repositories.open(formation);
    await git('push', '-q', repository.path, '+master:refs/heads/pushed');
    return { repository, commit: await git('rev-parse', 'HEAD') };
  }
}

/** A bench for the suite that calls it, given to `opened`; what a test leaves of containers goes after it. */
export function benchOfSuite(opened: (bench: BuildBench) => void): void {
  let bench: BuildBench;
  before(async function () {
    // The first run makes the stack image.
    this.timeout(600_000);
    bench = await BuildBench.open();
    opened(bench);
  });
  afterEach(() => bench.removeContainers());
  after(() => bench.close());
}
