import { isDeepStrictEqual } from 'node:util';
import type { FormationRecord } from '../../store/app/formation-store.js';
import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NamedService } from '../../store/app/service-store.js';
import type { TcpPort, ToldClients } from '../../store/app/tcp-port-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { cutConfig } from '../releases/change-config.js';
import { releaseSummary } from '../releases/release-summary.js';
import { auditSystem } from '../requests/audit-system.js';
import { enqueueWithin } from '../requests/enqueue-operation.js';
import { configureProxiesKind } from '../requests/kinds/configure-proxies.js';
import { deployKind } from '../requests/kinds/deploy.js';
import { consumerPlaces } from './consumer-places.js';
import { openGround, type OpenedPorts } from './open-ground.js';
import { serviceAddress, wantedClients } from './service-truth.js';

type Parts = Pick<FormationParts, 'stores' | 'providers' | 'disabledProviders' | 'newId'>;

/**
 * Looks once at all formations of mode tcp: whom they let in follows the nodes of those that are attached to them, the
 * variables of these follow their proxies, and what no config has any more is attached no more.
 * @param opened what was opened before them by this process @throws the first failure, after all others were looked at
 */
export async function followServices(parts: Parts, opened: OpenedPorts, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  const each = async <T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> => {
    for (const one of all) {
      signal.throwIfAborted();
      await act(one).catch((error: unknown) => void failures.push(error));
    }
  };
  await each(await parts.stores.services.all(), (service) => followService(parts, service));
  const ports = await parts.stores.tcpPorts.all();
  const wanted = new Map<number, ToldClients>();
  await each(ports, async (port) => {
    wanted.set(port.formationId, await clientsOf(parts.stores, port.formationId));
  });
  await each([...new Set([...ports.map(({ groundId }) => groundId), ...opened.keys()])], (groundId) =>
    openGround(parts, {
      groundId,
      ports: ports.filter((port) => port.groundId === groundId),
      wanted,
      opened,
      signal,
    }),
  );
  await each(ports, (port) => tellProxies(parts, port, wanted.get(port.formationId)));
  if (failures.length > 0) throw failures[0];
}

async function clientsOf(stores: Stores, providerId: number): Promise<ToldClients> {
  const provider = await readFormationSnapshot(stores, providerId);
  if (provider === undefined) return { clients: [], neighbours: [] };
  const ids = new Set((await stores.services.ofProvider(providerId)).map(({ consumerId }) => consumerId));
  return wantedClients(
    provider,
    (await Promise.all([...ids].map((id) => consumerPlaces(stores, id)))).flat(),
  );
}

/** Lets those in that are to be, and nobody else; waits for nothing. */
async function tellProxies(
  { stores, newId }: Parts,
  { formationId, clients, neighbours }: TcpPort,
  wanted: ToldClients | undefined,
): Promise<void> {
  if (wanted === undefined || isDeepStrictEqual({ clients, neighbours }, wanted)) return;
  await stores.withFormationLock(formationId, async (inside) => {
    const formation = await inside.formations.byId(formationId);
    if (formation === undefined || formation.destroying) return;
    await inside.tcpPorts.setTold(formationId, wanted);
    await inside.formations.bumpGeneration(formationId);
    const actor = { system: 'services' } as const;
    const params = { action: 'let in who is attached' };
    const id = newId();
    const operation = await enqueueWithin(inside, {
      id,
      formation,
      kind: configureProxiesKind,
      params,
      actor,
    });
    await auditSystem(inside, 'services', operation, {});
  });
}

async function followService(parts: Parts, service: NamedService): Promise<void> {
  const { stores } = parts;
  const [consumer, provider] = [
    await readFormationSnapshot(stores, service.consumerId),
    await readFormationSnapshot(stores, service.providerId),
  ];
  if (consumer === undefined || provider === undefined || consumer.formation.destroying) return;
  if (!(await isInConfig(stores, consumer.formation, service.variable)))
    return stores.services.delete(service.id);
  const address = serviceAddress(provider, consumer, service.address);
  if (address !== undefined && address !== service.address)
    await repoint(parts, consumer.formation, service, address);
}

/** Of the release that is live, or of the one that is to be: one that failed leaves the config as it was. */
async function isInConfig(
  stores: Stores,
  { id, liveReleaseId }: FormationRecord,
  variable: string,
): Promise<boolean> {
  const present = await stores.configs.present(id);
  const release = liveReleaseId === null ? undefined : await stores.releases.byId(liveReleaseId);
  const live = release && (await stores.configs.byId(release.configId));
  return [present, live].some((config) => Object.hasOwn(config?.values ?? {}, variable));
}

/** A release with the new address, by the controller itself; a value that somebody has changed by hand stays theirs. */
async function repoint(
  { stores, newId }: Parts,
  { id: formationId }: FormationRecord,
  { id, variable, provider, address: old }: NamedService,
  address: string,
): Promise<void> {
  await stores.withFormationLock(formationId, async (inside) => {
    const formation = await inside.formations.byId(formationId);
    if (formation === undefined || formation.destroying) return;
    await inside.services.setAddress(id, address);
    const value = (await inside.configs.present(formationId))?.values[variable];
    if (value === undefined || !value.includes(old)) return;
    const { release } = await cutConfig(
      inside,
      { formationId, createdBy: null },
      { [variable]: value.replaceAll(old, address) },
      releaseSummary([`follow ${provider} to its new address by ${variable}`]),
    );
    const actor = { system: 'services' } as const;
    const request = { id: newId(), formation, kind: deployKind, params: { release }, actor };
    await auditSystem(inside, 'services', await enqueueWithin(inside, request), {
      service: provider,
      variable,
    });
  });
}
