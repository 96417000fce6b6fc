import { covers } from '../formation/databag/domain-name.js';
import { readyNodes } from '../formation/databag/snapshot-view.js';
import { validityOf } from '../certificates/issued-certificate.js';
import type { AcmeAccountRecord } from '../store/app/certificates/acme-account-store.js';
import type { AutoCertOrder, AutoCertsRecord } from '../store/app/certificates/auto-cert-store.js';
import type { CertRecord } from '../store/app/certificates/cert-store.js';
import { groundOf, type FormationRecord } from '../store/app/formation-store.js';
import type { NodeRecord } from '../store/infrastructure/node-store.js';
import type { Stores } from '../store/stores.js';
import type { Validity } from './decisions/renewal-time.js';

/** All that ordering needs to know of a formation, as of one moment. */
export interface AutoState {
  readonly formation: FormationRecord;
  readonly auto: AutoCertsRecord;
  readonly account: AcmeAccountRecord;
  readonly domains: readonly string[];
  readonly certs: readonly CertRecord[];
  readonly orders: readonly AutoCertOrder[];
  /** Addresses of the proxies that are ready. */
  readonly proxies: readonly string[];
  /** After a move, of those of its former host, which pass on and answer the CA as these do. */
  readonly formerProxies: readonly string[];
}

/** undefined where certificates are not ordered, or the formation is going. */
export async function readAutoState(stores: Stores, formationId: number): Promise<AutoState | undefined> {
  return stores.snapshot(async (view) => {
    const auto = await view.autoCerts.byFormation(formationId);
    const formation = await view.formations.byId(formationId);
    if (auto === undefined || formation === undefined || formation.destroying) return undefined;
    const account = await view.acmeAccounts.byId(auto.accountId);
    if (account === undefined) return undefined;
    return {
      formation,
      auto,
      account,
      domains: (await view.domains.ofFormation(formationId)).map(({ name }) => name),
      certs: await view.certs.ofFormation(formationId),
      orders: await view.autoCerts.orders(formationId),
      proxies: await readyProxies(view, groundOf(formation)),
      formerProxies: await readyProxies(view, formation.formerHostId),
    };
  });
}

async function readyProxies(view: Stores, ground: number | null): Promise<string[]> {
  if (ground === null) return [];
  const layers = await view.layers.ofFormation(ground);
  const nodes = await view.nodes.ofFormation(ground);
  return addressesOf(readyNodes({ layers, nodes }, 'proxy'));
}

function addressesOf(nodes: readonly NodeRecord[]): string[] {
  const all = nodes.flatMap(({ address, privateAddress }) => [address, privateAddress]);
  return [...new Set(all.filter((address) => address !== null))];
}

/** Names that are ordered for: a wildcard cannot be, and who brought a certificate keeps it while it is good. */
export function namesToKeep({ domains, certs }: Pick<AutoState, 'domains' | 'certs'>, now: Date): string[] {
  const own = certs.filter(({ source, expiresAt }) => source === 'manual' && expiresAt > now);
  return domains.filter(
    (domain) =>
      !domain.startsWith('*.') && !own.some((cert) => cert.domains.some((name) => covers(name, domain))),
  );
}

/** The certificate that an order has become; undefined before the first. */
export function certOf({ certs }: Pick<AutoState, 'certs'>, name: string): CertRecord | undefined {
  return certs.find((cert) => cert.name === name && cert.source === 'acme');
}

export function validityOfCert({ certificate }: Pick<CertRecord, 'certificate'>): Validity {
  return validityOf(certificate);
}
