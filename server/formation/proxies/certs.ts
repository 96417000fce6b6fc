import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import { Conflict, NotFound, UserError } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { newEcKey } from '../../certificates/ec-key.js';
import { selfSigned } from '../../certificates/self-signed.js';
import type { FormationParts } from '../context/formation-parts.js';
import { parseDomain } from '../databag/domain-name.js';
import { requireHttp } from '../databag/tcp-mode.js';
import { requireOwn } from './auto-certs.js';
import { changeProxies } from './configure-proxies.js';
import { parseCertificate } from './parse-certificate.js';

export interface CertRequest {
  /** Default: the certificate's first domain. */
  readonly name?: string | undefined;
  readonly certificate: string;
  readonly key: Secret;
}

/**
 * Serves a certificate; its names become domains of the formation. @throws UserError for one that cannot be,
 * Conflict for a taken name or domain
 */
export async function addCert(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  request: CertRequest,
): Promise<OperationRecord> {
  const parsed = parseCertificate(request.certificate, request.key.reveal(), parts.now());
  const name = request.name ?? parsed.domains[0]!.replace('*', 'wildcard');
  return changeProxies(parts, user, formation, `add the certificate ${name}`, async (stores) => {
    requireHttp((await stores.formations.byId(formation.id)) ?? formation, 'a certificate');
    const cert = { formationId: formation.id, name, key: request.key, source: 'manual' } as const;
    await stores.certs.insert({ ...cert, ...parsed });
    await addDomains(stores, formation.id, parsed.domains);
  });
}

/**
 * Puts a renewed pair in the place of its predecessor: proxies serve the one until they serve the other. Names that it
 * adds become domains. @throws as addCert, NotFound when the formation has no such certificate, UserError for one that
 * the controller renews
 */
export async function updateCert(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  { name, certificate, key }: CertRequest & { readonly name: string },
): Promise<OperationRecord> {
  const parsed = parseCertificate(certificate, key.reveal(), parts.now());
  return changeProxies(parts, user, formation, `renew the certificate ${name}`, async (stores) => {
    const present = await stores.certs.byName(formation.id, name);
    if (present === undefined) throw missing(formation, name);
    requireOwn(present.source, name);
    await stores.certs.replace({ formationId: formation.id, name, key, source: 'manual', ...parsed });
    await addDomains(stores, formation.id, parsed.domains);
  });
}

export interface GeneratedRequest {
  /** Default: the first domain. */
  readonly name?: string | undefined;
  /** Default: those of the formation. */
  readonly domains?: readonly string[] | undefined;
  readonly days: number;
}

/**
 * Serves a certificate that is signed by itself, which browsers warn of: until there is another. @throws UserError for
 * what is no domain, and where there is none; Conflict for a taken name or domain
 */
export async function generateCert(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  request: GeneratedRequest,
): Promise<OperationRecord> {
  const own = (await parts.stores.domains.ofFormation(formation.id)).map(({ name }) => name);
  const domains = [...new Set((request.domains ?? own).map(parseDomain))];
  if (domains.length === 0)
    throw new UserError(`${formation.name} has no domains: name those of the certificate`, {
      field: 'domains',
    });
  const key = newEcKey();
  const from = parts.now();
  const until = new Date(from.getTime() + request.days * 86_400_000);
  const parsed = parseCertificate(selfSigned(domains, key, from, until), key.reveal(), parts.now());
  const name = request.name ?? `generated-${domains[0]!.replace('*', 'wildcard')}`;
  return changeProxies(parts, user, formation, `generate the certificate ${name}`, async (stores) => {
    requireHttp((await stores.formations.byId(formation.id)) ?? formation, 'a certificate');
    await stores.certs.insert({ formationId: formation.id, name, key, source: 'generated', ...parsed });
    await addDomains(stores, formation.id, parsed.domains);
  });
}

async function addDomains(stores: Stores, formationId: number, names: readonly string[]): Promise<void> {
  const present = new Set((await stores.domains.ofFormation(formationId)).map((domain) => domain.name));
  for (const name of names.filter((each) => !present.has(each)))
    await stores.domains.insert({ formationId, name });
}

function missing(formation: FormationRecord, name: string): NotFound {
  return new NotFound(`${formation.name} has no certificate ${JSON.stringify(name)}`);
}

/**
 * Its domains stay. @throws NotFound when the formation has no such certificate, Conflict for the last one
 * where https is enforced
 */
export async function removeCert(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: string,
): Promise<OperationRecord> {
  return changeProxies(parts, user, formation, `remove the certificate ${name}`, async (stores) => {
    const { proxySettings } = (await stores.formations.byId(formation.id)) ?? formation;
    const present = await stores.certs.byName(formation.id, name);
    if (present === undefined) throw missing(formation, name);
    if ((await stores.autoCerts.byFormation(formation.id)) !== undefined) requireOwn(present.source, name);
    await stores.certs.delete(formation.id, name);
    if (await lacksTls(stores, formation.id, proxySettings))
      throw new Conflict(
        `${name} is the last certificate, and https is enforced: \`deis proxy:unset enforce_https\` first`,
      );
  });
}

/** Whether https is enforced where nothing takes TLS off: a load balancer that passes connections on does not. */
export async function lacksTls(
  stores: Stores,
  formationId: number,
  { enforceHttps = false, trusted, proxyProtocol = false }: ProxySettings,
): Promise<boolean> {
  const isTakenOff = trusted !== undefined && !proxyProtocol;
  return enforceHttps && !isTakenOff && (await stores.certs.ofFormation(formationId)).length === 0;
}
