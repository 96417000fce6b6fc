import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NamedService } from '../../store/app/service-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationWork } from '../context/formation-work.js';
import { deadlines, waits } from '../context/deadlines.js';
import { servicesStep } from '../context/steps.js';
import { configureProxiesKind } from '../requests/kinds/configure-proxies.js';
import { consumerPlaces } from './consumer-places.js';
import { letsIn, wantedClients } from './service-truth.js';

type Work = Pick<FormationWork, 'parts' | 'context' | 'formationId'>;

/**
 * What a formation is attached to lets its nodes in before its containers start there: an app that is refused once may
 * not try again. A service that does not, because it is busy, is said, and holds nothing back.
 */
export async function awaitServices(work: Work): Promise<void> {
  const services = await work.parts.stores.services.ofConsumer(work.formationId);
  if (services.length === 0) return;
  const byProvider = new Map(services.map((service) => [service.providerId, service]));
  await work.context.step(servicesStep, deadlines.services, async (signal) => {
    await Promise.all([...byProvider.values()].map((service) => awaitService(work, service, signal)));
  });
}

async function awaitService(
  { parts: { stores }, context }: Work,
  service: NamedService,
  signal: AbortSignal,
): Promise<void> {
  const look = async (): Promise<true | undefined> => ((await isOpen(stores, service)) ? true : undefined);
  if ((await look()) === true) return;
  context.line(`-----> Waiting for ${service.provider} to let the nodes in`);
  const what = `the proxies of ${service.provider}`;
  try {
    await waitUntil(look, { deadlineMs: waits.services, intervalMs: 250, what, signal });
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    context.line(` !     ${what} have not let all nodes in yet: \`deis operations -f ${service.provider}\``);
  }
}

async function isOpen(stores: Stores, { consumerId, providerId }: NamedService): Promise<boolean> {
  const [places, provider, told] = [
    await consumerPlaces(stores, consumerId),
    await readFormationSnapshot(stores, providerId),
    await stores.tcpPorts.ofFormation(providerId),
  ];
  if (places.length === 0 || provider === undefined || told === undefined) return true;
  if (!letsIn(told, wantedClients(provider, places))) return false;
  const unfinished = await stores.operations.unfinishedOfFormation(providerId, 'formation');
  return !unfinished.some((operation) => configureProxiesKind.is(operation));
}
