import { parseCertificate } from '../formation/proxies/parse-certificate.js';
import { enqueueWithin, requireAlive } from '../formation/requests/enqueue-operation.js';
import { auditSystem } from '../formation/requests/audit-system.js';
import { configureProxiesKind } from '../formation/requests/kinds/configure-proxies.js';
import type { AutoCertOrder } from '../store/app/certificates/auto-cert-store.js';
import type { CertRecord, NewCert } from '../store/app/certificates/cert-store.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { Stores } from '../store/stores.js';
import { covers } from '../formation/databag/domain-name.js';
import type { AcmeParts } from './acme-parts.js';
import type { OrderedCertificate } from './order-certificate.js';
import type { Renewal } from './plan-renewal.js';

/**
 * Puts a new certificate in the place of its predecessor, writes down when it is to be renewed, and has the proxies
 * serve it. @throws Conflict or NotFound while the formation is going
 */
export async function serveCertificate(
  { formation: { stores, now, newId } }: AcmeParts,
  order: AutoCertOrder,
  { chain, key }: OrderedCertificate,
  renewal: Renewal,
): Promise<OperationRecord> {
  const { formationId, name } = order;
  const cert = {
    formationId,
    name,
    key,
    source: 'acme' as const,
    ...parseCertificate(chain, key.reveal(), now()),
  };
  return stores.withFormationLock(formationId, async (inside) => {
    const formation = await requireAlive(inside, formationId);
    if (!(await inside.certs.replace(cert))) await inside.certs.insert(cert);
    await dropUnused(inside, cert);
    await inside.autoCerts.endOrder(order.id);
    await inside.formations.bumpGeneration(formationId);
    const operation = await enqueueWithin(inside, {
      id: newId(),
      formation,
      kind: configureProxiesKind,
      params: { action: `serve the certificate ${name}` },
      actor: { system: 'acme' },
    });
    await auditSystem(inside, 'acme', operation, { certificate: name });
    await inside.autoCerts.update(order.id, {
      ...renewal,
      failures: 0,
      notBefore: null,
      isHeld: false,
      lastAttemptAt: now(),
      lastError: null,
      operationId: operation.id,
    });
    return operation;
  });
}

/** Ordered certificates whose names are all served by others now, or are names of the formation no more. */
async function dropUnused(stores: Stores, newest: NewCert): Promise<void> {
  const { formationId } = newest;
  const domains = (await stores.domains.ofFormation(formationId)).map(({ name }) => name);
  const certs = await stores.certs.ofFormation(formationId);
  const orders = (await stores.autoCerts.orders(formationId)).map(({ name }) => name);
  for (const cert of certs) {
    if (cert.source !== 'acme' || orders.includes(cert.name)) continue;
    const needed = domains.filter((domain) => isFor(cert, domain));
    const others = certs.filter(({ id, expiresAt }) => id !== cert.id && expiresAt >= cert.expiresAt);
    if (needed.every((domain) => others.some((other) => isFor(other, domain))))
      await stores.certs.delete(formationId, cert.name);
  }
}

function isFor(cert: CertRecord, domain: string): boolean {
  return cert.domains.some((name) => covers(name, domain));
}
