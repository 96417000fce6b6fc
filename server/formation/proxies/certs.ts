import type { ProxySettings } from '../../../cookbooks/databag.js';
import { Conflict, NotFound } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
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
    const cert = { formationId: formation.id, name, key: request.key, source: 'manual' } as const;
    await stores.certs.insert({ ...cert, ...parsed });
    const present = new Set((await stores.domains.ofFormation(formation.id)).map((domain) => domain.name));
    for (const domain of parsed.domains.filter((each) => !present.has(each)))
      await stores.domains.insert({ formationId: formation.id, name: domain });
  });
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
    if (!(await stores.certs.delete(formation.id, name)))
      throw new NotFound(`${formation.name} has no certificate ${JSON.stringify(name)}`);
    if (await lacksTls(stores, formation.id, proxySettings))
      throw new Conflict(
        `${name} is the last certificate, and https is enforced: \`deis proxy:unset enforce_https\` first`,
      );
  });
}

/** Whether https is enforced where nothing takes TLS off. */
export async function lacksTls(
  stores: Stores,
  formationId: number,
  { enforceHttps = false, trusted }: ProxySettings,
): Promise<boolean> {
  return enforceHttps && !trusted && (await stores.certs.ofFormation(formationId)).length === 0;
}
