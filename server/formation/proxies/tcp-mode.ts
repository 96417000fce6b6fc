import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import { Conflict } from '../../../base/errors.js';
import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { attachedProblem } from '../databag/attached.js';
import { choosePort, requireFreePort, tcpCheckProblem } from '../databag/tcp-mode.js';

type Present = Pick<
  FormationRecord,
  'id' | 'name' | 'hostId' | 'formerHostId' | 'vacantHostId' | 'maintenance' | 'proxySettings'
>;

/**
 * The settings with the port of mode tcp, which is the formation's own on its proxies; of mode http without. Belongs
 * under the formation's lock. @throws Conflict for a formation that has what is for HTTP alone, and for a taken port;
 * UserError for a port that cannot be
 */
export async function settlePort(
  { settings: { ownPorts: controller = [] } }: Pick<FormationParts, 'settings'>,
  stores: Stores,
  formation: Present,
  wanted: ProxySettings,
): Promise<ProxySettings> {
  if (wanted.mode !== 'tcp') {
    const problem = attachedProblem(formation.name, await stores.services.ofProvider(formation.id));
    if (problem !== undefined) throw new Conflict(problem);
    await stores.tcpPorts.giveBack(formation.id);
    return wanted;
  }
  if (formation.proxySettings.mode !== 'tcp') {
    requireSettled(formation);
    await requireNoHttp(stores, formation);
  }
  const releases = await stores.releases.ofFormation(formation.id);
  const release = releases.find(({ state }) => state === 'live' || state === 'pending');
  const problem = tcpCheckProblem({ name: formation.name, proxySettings: wanted }, release?.health);
  if (problem !== undefined) throw new Conflict(problem);
  const groundId = groundOf(formation);
  const layers = await stores.layers.ofFormation(groundId);
  const ground = { hasBoxes: layers.some(({ kind }) => kind === 'box'), controller };
  const port = wanted.tcpPort ?? choosePort(await stores.tcpPorts.taken(groundId), ground);
  requireFreePort(port, ground);
  await stores.tcpPorts.take({ formationId: formation.id, groundId, port });
  return { ...wanted, tcpPort: port };
}

/** @throws Conflict for one that moves, or has: proxies pass on requests of HTTP alone */
function requireSettled({ name, formerHostId, vacantHostId }: Present): void {
  if (formerHostId === null && vacantHostId === null) return;
  throw new Conflict(
    `${name} is moving, and its former proxies cannot pass connections of TCP on: ` +
      `\`deis formations:move ${name} --finish\` first`,
  );
}

/** @throws Conflict naming what would serve nobody any more, and how it is taken away */
async function requireNoHttp(stores: Stores, formation: Present): Promise<void> {
  const { id, name, maintenance } = formation;
  const has = (what: string, instead: string): Conflict =>
    new Conflict(`${name} has ${what}, which connections of TCP know nothing of: \`${instead}\` first`);
  if (maintenance) throw has('a page for maintenance', 'deis maintenance:off');
  if ((await stores.autoCerts.byFormation(id)) !== undefined)
    throw has('certificates by itself', 'deis certs:auto disable');
  const [cert] = await stores.certs.ofFormation(id);
  if (cert !== undefined) throw has(`the certificate ${cert.name}`, `deis certs:remove ${cert.name}`);
  const [domain] = await stores.domains.ofFormation(id);
  if (domain !== undefined) throw has(`the domain ${domain.name}`, `deis domains:remove ${domain.name}`);
}
