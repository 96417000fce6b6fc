import type { AutoCertOrder, AutoCertsRecord } from '../../store/app/certificates/auto-cert-store.js';
import type { CertRecord } from '../../store/app/certificates/cert-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { covers } from '../databag/domain-name.js';

/**
 * `serving`: each proxy serves its certificate; `delivering`: the proxies are being told; `waiting`: it is about to be
 * ordered; `failing`: `problem` says why not; `yours`: a certificate of the user's is good for it; `wildcard`: it
 * cannot be ordered.
 */
export const nameStates = ['serving', 'delivering', 'waiting', 'failing', 'yours', 'wildcard'] as const;

export interface NameStatus {
  readonly name: string;
  readonly state: (typeof nameStates)[number];
  /** Of the certificate that is good for it. */
  readonly certificate: string | null;
  /** What speaks against ordering or renewing for it. */
  readonly problem: string | null;
  readonly nextAttemptAt: Date | null;
}

export interface AutoCertsStatus {
  readonly enabled: boolean;
  /** Host of the CA. */
  readonly ca: string;
  readonly names: readonly NameStatus[];
}

/** What is known of the formation's names, as of one moment. */
export interface KnownNames {
  readonly domains: readonly string[];
  readonly certs: readonly CertRecord[];
  readonly auto: AutoCertsRecord | undefined;
  readonly orders: readonly AutoCertOrder[];
  /** Of the operations that bring certificates to proxies, those that there still are. */
  readonly operations: readonly OperationRecord[];
  readonly now: Date;
}

/** How far the certificates of a formation are, name by name. */
export async function autoCertsStatus(
  { stores, now, settings }: FormationParts,
  formation: FormationRecord,
): Promise<AutoCertsStatus> {
  const known = await stores.snapshot(async (view) => {
    const orders = await view.autoCerts.orders(formation.id);
    const operations = await Promise.all(
      orders.flatMap(({ operationId }) => (operationId === null ? [] : [view.operations.byId(operationId)])),
    );
    return {
      auto: await view.autoCerts.byFormation(formation.id),
      domains: (await view.domains.ofFormation(formation.id)).map(({ name }) => name),
      certs: await view.certs.ofFormation(formation.id),
      orders,
      operations: operations.filter((operation) => operation !== undefined),
    };
  });
  return {
    enabled: known.auto !== undefined,
    ca: new URL(settings.acme.directory).host,
    names: known.auto === undefined ? [] : statusOfNames({ ...known, now: now() }),
  };
}

/** Each domain of the formation, in its order. Pure. */
export function statusOfNames(known: KnownNames): NameStatus[] {
  return known.domains.map((name) => statusOf(name, known));
}

function statusOf(name: string, known: KnownNames): NameStatus {
  const good = known.certs.filter(
    (cert) => cert.expiresAt > known.now && cert.domains.some((each) => covers(each, name)),
  );
  const own = good.find(({ source }) => source === 'manual');
  if (own !== undefined)
    return { name, state: 'yours', certificate: own.name, problem: null, nextAttemptAt: null };
  if (name.startsWith('*.')) return { ...unordered(name), state: 'wildcard', problem: noWildcard };
  const order = known.orders.find(({ domains }) => domains.includes(name));
  const trouble = known.auto?.problems[name];
  const problem = trouble?.problem ?? order?.lastError ?? null;
  const nextAttemptAt = problem === null ? null : laterOf(trouble?.notBefore, order?.notBefore);
  const cert = good.find(({ source }) => source === 'acme');
  if (cert === undefined)
    return { ...unordered(name), state: problem === null ? 'waiting' : 'failing', problem, nextAttemptAt };
  return { name, certificate: cert.name, nextAttemptAt, ...delivery(cert, problem, known) };
}

function delivery(
  cert: CertRecord,
  problem: string | null,
  { orders, operations }: KnownNames,
): Pick<NameStatus, 'state' | 'problem'> {
  const id = orders.find(({ name }) => name === cert.name)?.operationId;
  const operation = operations.find((each) => each.id === id);
  if (operation === undefined || operation.state === 'succeeded' || operation.state === 'superseded')
    return { state: 'serving', problem };
  if (operation.finishedAt === null) return { state: 'delivering', problem };
  return {
    state: 'delivering',
    problem: `not all proxies took the certificate: deis ops:show ${operation.id}`,
  };
}

const noWildcard =
  'a wildcard is ordered by a record in the DNS, which this controller cannot make: bring a certificate with ' +
  '`deis certs:add`';

function unordered(name: string): NameStatus {
  return { name, state: 'waiting', certificate: null, problem: null, nextAttemptAt: null };
}

function laterOf(one: string | undefined, other: Date | null | undefined): Date | null {
  const moments = [one === undefined ? null : new Date(one), other ?? null].filter((each) => each !== null);
  return moments.length === 0 ? null : new Date(Math.max(...moments.map((each) => each.getTime())));
}
