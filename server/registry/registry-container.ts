import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tarStream from 'tar-stream';
import { messageOf } from '../../base/errors.js';
import { waitUntil } from '../../base/wait-until.js';
import { registryAnswers, type RegistryAddress } from './ask-registry.js';
import type { KeyPair } from './key-pair.js';
import { registryConfig, registryPlaces } from './registry-config.js';

export interface RegistryContainerOptions {
  readonly docker: Docker;
  readonly instance: string;
  /** Id of the imager. */
  readonly imageId: string;
  /** Keeps the images; made where it is missing, readable by this process's user alone. */
  readonly folder: string;
  /** Address of this host that it listens on, as `0.0.0.0`. */
  readonly bind: string;
  /** A port of this host that is free. */
  readonly choosePort: () => Promise<number>;
  /** How this host reaches it, by its port. */
  readonly address: (port: number) => RegistryAddress;
  /** Names that its certificate is for. */
  readonly names: readonly string[];
  /** A new certificate for them. */
  readonly certificate: () => Promise<KeyPair>;
  /** PEM of who signs tokens. */
  readonly tokens: string;
  readonly now: () => Date;
}

const answerMs = 30_000;
/** Its certificate is good for longer. */
const maxAgeMs = 365 * 86_400_000;
const specLabel = 'deis.spec';
const portLabel = 'deis.port';
const stopSeconds = 10;
const maxMemory = 512 * 1024 ** 2;
const maxPids = 256;

/**
 * Debian's docker-registry in a container, with TLS, where only tokens of the controller get in. It runs as
 * the controller's user without capabilities; the images lie in a folder of the host.
 */
export class RegistryContainer {
  readonly #name: string;

  constructor(private readonly options: RegistryContainerOptions) {
    this.#name = `deis-${options.instance}-registry`;
  }

  /**
   * Resolves to its port when it answers: that of the one that runs already, if it is just as it would be made
   * now, else of a new one. It goes on without the process that started it.
   * @throws when it cannot start, with the end of what it said
   */
  async start(): Promise<number> {
    const { docker, folder, choosePort } = this.options;
    const running = await this.#running();
    if (running !== undefined) return running;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.stop();
    const port = await choosePort();
    const files = await this.#files(port);
    const container = await docker.createContainer(this.#body(port));
    try {
      await container.putArchive(files, { path: '/' });
      await container.start();
      await this.#answers(port);
      return port;
    } catch (cause) {
      const said = await lastLines(container).catch(() => '');
      await this.stop();
      throw new Error(`the registry did not start: ${messageOf(cause)}\n${said}`, { cause });
    }
  }

  /** The port of one that answers, and needs no other settings or certificate. */
  async #running(): Promise<number | undefined> {
    const container = this.options.docker.getContainer(this.#name);
    const found = await container.inspect().catch(unlessGone);
    if (found?.State.Running !== true) return undefined;
    const { [specLabel]: spec, [portLabel]: port } = found.Config.Labels;
    const isOld = this.options.now().getTime() - Date.parse(found.Created) > maxAgeMs;
    if (spec !== this.#spec() || isOld) return undefined;
    return this.#answers(Number(port)).then(
      () => Number(port),
      () => undefined,
    );
  }

  async #answers(port: number): Promise<void> {
    const address = this.options.address(port);
    await waitUntil(async () => ((await registryAnswers(address)) ? true : undefined), {
      deadlineMs: answerMs,
      intervalMs: 100,
      what: 'the registry to answer',
    });
  }

  /** Names all that it is made of but its port; another one takes its place when this changes. */
  #spec(): string {
    const { imageId, folder, bind, names, tokens } = this.options;
    const { authority } = this.options.address(0);
    const settings = registryConfig({ bind, port: 0 });
    // Of a folder that was made anew, by a restore, a container that runs still sees the one before.
    const place = statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino.toString();
    const parts = { imageId, folder, place, names, tokens, authority, settings, ownIds };
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  /** Removes the parts that no image has. Nobody may write manifests meanwhile. @throws when it fails */
  async sweep(signal: AbortSignal): Promise<void> {
    const container = this.options.docker.getContainer(this.#name);
    const exec = await container.exec({
      Cmd: ['/usr/bin/docker-registry', 'garbage-collect', registryPlaces.settings],
      AttachStdout: true,
      AttachStderr: true,
    });
    const output = await exec.start({});
    try {
      await finished(output.resume(), { signal });
    } finally {
      output.destroy();
    }
    const { ExitCode: code } = await exec.inspect();
    if (code !== 0) throw new Error(`garbage-collect of the registry ended with ${code}`);
  }

  /** Ends it, if there is one; its images stay. */
  async stop(): Promise<void> {
    const container = this.options.docker.getContainer(this.#name);
    await container.stop({ t: stopSeconds }).catch(unlessGone);
    await container.remove({ force: true, v: true }).catch(unlessGone);
  }

  #body(port: number): Docker.ContainerCreateOptions {
    const { instance, imageId, folder } = this.options;
    return {
      name: this.#name,
      Image: imageId,
      Cmd: ['/usr/bin/docker-registry', 'serve', registryPlaces.settings],
      User: `${ownIds.uid}:${ownIds.gid}`,
      Labels: {
        'deis.instance': instance,
        'deis.kind': 'registry',
        [specLabel]: this.#spec(),
        [portLabel]: String(port),
      },
      HostConfig: {
        Binds: [`${folder}:${registryPlaces.images}`],
        // The engine keeps its networks from each other's published ports, and nodes of docker are on one.
        NetworkMode: 'host',
        RestartPolicy: { Name: 'unless-stopped' },
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: maxMemory,
        MemorySwap: maxMemory,
        PidsLimit: maxPids,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
      },
    };
  }

  /** Its settings and certificates as a tar archive; the key is for its user alone. */
  async #files(port: number): Promise<Readable> {
    const { certificate, tokens, bind } = this.options;
    const server = await certificate();
    const pack = tarStream.pack();
    const add = (path: string, text: string, mode = 0o444): void =>
      void pack.entry({ name: path.slice(1), mode, ...ownIds }, text);
    add(registryPlaces.settings, registryConfig({ bind, port }));
    add(registryPlaces.certificate, server.certificate);
    add(registryPlaces.key, server.key.reveal(), 0o400);
    add(registryPlaces.tokens, tokens);
    pack.finalize();
    return pack as unknown as Readable;
  }
}

const ownIds = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

async function lastLines(container: Docker.Container): Promise<string> {
  const output = await container.logs({ stdout: true, stderr: true, tail: 10 });
  return output.toString('utf8');
}

function unlessGone(error: Error & { statusCode?: number }): undefined {
  // Not there, stopped already, or being removed.
  if (![304, 404, 409].includes(error.statusCode ?? 0)) throw error;
}
