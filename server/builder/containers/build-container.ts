import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tarStream from 'tar-stream';
import { UserError } from '../../../base/errors.js';
import { onAbort } from '../../../base/on-abort.js';
import { unlessAborted } from '../../../base/unless-aborted.js';
import { ownUsers } from './own-users.js';

export interface BuildLimits {
  /** Bytes. */
  readonly memory: number;
  /** Cores; null: all. */
  readonly cpus: number | null;
  readonly pids: number;
  /** Bytes that it may write to its own file system. */
  readonly disk: number;
}

/** One build container to be made. */
export interface BuildContainerSpec {
  readonly operationId: string;
  readonly formation: string;
  /** Image id, and the name with digest that the build is recorded with. */
  readonly imageId: string;
  readonly imageReference: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Name of the network that it is on. */
  readonly network: string;
  /** Host path -> container path with mode, `/a:/b:ro`. */
  readonly binds: readonly string[];
  /** Kept with it for whoever carries on. */
  readonly note: string;
  /**
   * It may become users of a range of their own, by a user namespace, as images need them; on this host they
   * have no rights. Absent: it stays the stack's user app.
   */
  readonly hasOwnUsers?: true;
}

const imageLabel = 'deis.image';
const noteLabel = 'deis.note';
/** Of the stack image; its ids are that image's own. */
const appUser = 'app';

/** Where others want the processor, too: 1024 is what all else on the host has. */
const cpuShares = 256;

/** What the engine says where its storage driver knows no size of a container. */
const noQuota = /storage-opt/i;

/** The ephemeral containers that builds run in, one per operation, found again by label. */
export class BuildContainers {
  #hasQuota = true;

  constructor(
    readonly docker: Docker,
    private readonly instance: string,
    readonly limits: BuildLimits,
  ) {}

  /** The operation's container; one that was made and never started is removed and counts as none. */
  async find(
    operationId: string,
  ): Promise<
    { readonly container: Docker.Container; readonly image: string; readonly note: string } | undefined
  > {
    const [found] = await this.#list(`deis.operation=${operationId}`);
    if (found === undefined) return undefined;
    const container = this.docker.getContainer(found.Id);
    if (found.State !== 'created')
      return { container, image: found.Labels[imageLabel] ?? '', note: found.Labels[noteLabel] ?? '' };
    await removeContainer(container);
    return undefined;
  }

  /** Makes it, unstarted. The engine itself keeps it within `limits.disk` where its storage driver can. */
  async create(spec: BuildContainerSpec): Promise<Docker.Container> {
    if (!this.#hasQuota) return this.docker.createContainer(this.#body(spec));
    const { disk } = this.limits;
    const withQuota = this.#body(spec, { StorageOpt: { size: String(disk) } });
    return this.docker.createContainer(withQuota).catch((error: Error) => {
      if (!noQuota.test(error.message)) throw error;
      this.#hasQuota = false;
      return this.docker.createContainer(this.#body(spec));
    });
  }

  /** Bytes that a container, running or ended, has written to its own file system. */
  async diskUse(container: Docker.Container): Promise<number> {
    const withSize: Docker.ContainerInspectOptions & { readonly size: boolean } = { size: true };
    const { SizeRw: bytes } = (await container.inspect(withSize)) as { SizeRw?: number };
    return bytes ?? 0;
  }

  #body(spec: BuildContainerSpec, quota: Docker.HostConfig = {}): Docker.ContainerCreateOptions {
    const { memory, cpus, pids } = this.limits;
    return {
      name: `deis-${this.instance}-build-${spec.operationId}`,
      Image: spec.imageId,
      Cmd: [...spec.command],
      Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      User: spec.hasOwnUsers === true ? '0:0' : appUser,
      WorkingDir: spec.hasOwnUsers === true ? '/' : '/app',
      Labels: {
        'deis.instance': this.instance,
        'deis.kind': 'build',
        'deis.formation': spec.formation,
        'deis.operation': spec.operationId,
        [imageLabel]: spec.imageReference,
        [noteLabel]: spec.note,
      },
      HostConfig: {
        Memory: memory,
        MemorySwap: memory,
        ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
        CpuShares: cpuShares,
        PidsLimit: pids,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ...(spec.hasOwnUsers === true ? ownUsers() : {}),
        Binds: [...spec.binds],
        NetworkMode: spec.network,
        // Rather the build than the controller or PostgreSQL.
        OomScoreAdj: 500,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '1' } },
        ...quota,
      },
    };
  }

  /**
   * Hands `use` the bytes of a file of a container, running or ended, and resolves with what it makes of
   * them.
   * @throws UserError when there is no such file; the signal's reason as soon as it is aborted
   */
  async readFile<T>(
    container: Docker.Container,
    path: string,
    signal: AbortSignal,
    use: (bytes: Readable) => Promise<T>,
  ): Promise<T> {
    const archive = (await container.getArchive({ path }).catch((cause: unknown) => {
      throw new UserError('the build ended well but left no slug: did it remove files in /tmp?', { cause });
    })) as Readable;
    const extract = tarStream.extract();
    archive.on('error', (error) => extract.destroy(error));
    archive.pipe(extract);
    const release = onAbort(signal, () => archive.destroy(signal.reason as Error));
    try {
      for await (const entry of extract) {
        if (entry.header.type !== 'file') break;
        return await unlessAborted(signal, use(Readable.from(entry)));
      }
    } finally {
      release();
      // The engine holds the container's lock until the archive is read or let go.
      archive.destroy();
    }
    throw new UserError('the build left something else than a file in place of the slug');
  }

  /**
   * The texts of the files at a path of a container, or in a folder there; none where there is nothing.
   * @throws UserError when they are larger than `maxBytes` together; the signal's reason when it is aborted
   */
  async readTexts(
    container: Docker.Container,
    { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
    signal: AbortSignal,
  ): Promise<string[]> {
    const archive = (await container.getArchive({ path }).catch((error: unknown) => {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    })) as Readable | undefined;
    if (archive === undefined) return [];
    const extract = tarStream.extract();
    archive.on('error', (error) => extract.destroy(error));
    archive.pipe(extract);
    const release = onAbort(signal, () => archive.destroy(signal.reason as Error));
    const texts: string[] = [];
    let bytes = 0;
    try {
      for await (const entry of extract) {
        bytes += entry.header.size ?? 0;
        if (bytes > maxBytes) throw new UserError(`the build left more than ${maxBytes} bytes in ${path}`);
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(chunk as Buffer);
        if (entry.header.type === 'file') texts.push(Buffer.concat(chunks).toString('utf8'));
      }
      return texts;
    } finally {
      release();
      archive.destroy();
    }
  }

  async remove(operationId: string): Promise<void> {
    for (const { Id } of await this.#list(`deis.operation=${operationId}`))
      await removeContainer(this.docker.getContainer(Id));
  }

  /**
   * Removes the containers of all operations but those: what killed controllers left behind. The operations
   * are asked for after the containers, so that a build that begins meanwhile is left alone.
   */
  async removeAllBut(listOperationIds: () => Promise<readonly string[]>): Promise<void> {
    const containers = await this.#list();
    if (containers.length === 0) return;
    const operationIds = await listOperationIds();
    for (const { Id, Labels } of containers) {
      if (!operationIds.includes(Labels['deis.operation'] ?? ''))
        await removeContainer(this.docker.getContainer(Id));
    }
  }

  #list(...labels: string[]): Promise<Docker.ContainerInfo[]> {
    return this.docker.listContainers({
      all: true,
      filters: { label: [`deis.instance=${this.instance}`, 'deis.kind=build', ...labels] },
    });
  }
}

/** Success also when it is gone, or somebody else is removing it. */
async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch((error: Error & { statusCode?: number }) => {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}
