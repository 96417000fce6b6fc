import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type Docker from 'dockerode';
import { localHost } from '../../addresses.js';
import { messageOf } from '../../../base/errors.js';
import { waits } from '../../formation/context/deadlines.js';
import { freePort } from '../../free-port.js';
import { issueCertificate, registryAuthorities } from '../../registry/key-pair.js';
import { OwnRegistry, registryName } from '../../registry/own-registry.js';
import { RegistryContainer } from '../../registry/registry-container.js';
import { registryFolder } from '../../registry/registry-storage.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import { imagerImage } from '../builds/imager-image.js';
import type { Base } from '../open-base.js';

/** As long as a converge may take: nodes pull within it. */
const nodeSeconds = waits.converge / 1000 + 60;

type Say = (line: string) => void;

interface Opened {
  readonly container: RegistryContainer;
  readonly port: number;
}

/** The registry of this process. */
export interface RunningRegistry {
  readonly own: OwnRegistry;
  /** Removes the parts that no image has. */
  readonly sweep: (signal: AbortSignal) => Promise<void>;
}

/**
 * The registry of this process. It runs once it has been asked for: by the first image that is built or pulled,
 * or at once where it has images or other processes build them.
 */
export function startRegistry(settings: Settings, base: Base, docker: Docker): RunningRegistry {
  const { registry, dataDir, roles } = settings;
  let opening: Promise<Opened> | undefined;
  const running = (say: Say): Promise<Opened> =>
    (opening ??= run(settings, base, docker, say).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  const open = async (say: Say): Promise<{ host: string; port: number }> => ({
    host: localHost(registry.bind),
    port: (await running(say)).port,
  });
  if (existsSync(registryFolder(dataDir)) || !roles.has('worker'))
    open((line) => base.log.info({}, line.trim())).catch((error: unknown) =>
      base.log.warn({ reason: messageOf(error) }, 'the registry of images does not run yet'),
    );
  return {
    own: ownRegistry(settings, base, open),
    sweep: async (signal) => (await running(() => undefined)).container.sweep(signal),
  };
}

/** The registry that another process runs, on the configured port. */
export function registryElsewhere(settings: Settings, base: Base): OwnRegistry {
  const { bind, port, host } = settings.registry;
  return ownRegistry(settings, base, () => Promise.resolve({ host: host ?? localHost(bind), port }));
}

function ownRegistry(
  { registry }: Settings,
  { stores }: Base,
  open: (say: Say) => Promise<{ host: string; port: number }>,
): OwnRegistry {
  const publicHost = registry.host ?? null;
  return new OwnRegistry({ stores, publicHost, nodeSeconds, open, now, newId: randomUUID });
}

async function run(settings: Settings, base: Base, docker: Docker, say: Say): Promise<Opened> {
  const { registry, dataDir } = settings;
  const imageId = await imagerImage(settings, docker, say);
  const { server, tokens } = await registryAuthorities(base.stores.instanceFacts);
  const names = [registryName, ...(registry.host === undefined ? [] : [registry.host])];
  const container = new RegistryContainer({
    docker,
    instance: base.instance,
    imageId,
    folder: registryFolder(dataDir),
    bind: registry.bind,
    choosePort: () => freePort(registry.bind, registry.port, settings.fixedPort('DEIS_REGISTRY_PORT')),
    address: (port) => ({
      host: localHost(registry.bind),
      port,
      name: registryName,
      authority: server.certificate,
    }),
    names,
    certificate: () => issueCertificate(server, names),
    tokens: tokens.certificate,
    now,
  });
  return { container, port: await container.start() };
}
