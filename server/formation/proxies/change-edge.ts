import type { ProxySettings } from '../../../cookbooks/databag.js';
import { Conflict, NotFound } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';
import type { OperationContext } from '../../operation/operation-context.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { deadlines, waits } from '../context/deadlines.js';
import { parseDomain } from '../databag/domain-name.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { withFormationWork } from '../context/formation-work.js';
import { mergeProxySettings, type ProxyChanges } from './merge-proxy-settings.js';
import { parseCertificate } from './parse-certificate.js';
import { requireConverged } from '../converge/require-converged.js';
import { readyNodes } from '../databag/snapshot-view.js';

export interface CertRequest {
  /** Default: the certificate's first domain. */
  readonly name?: string | undefined;
  readonly certificate: string;
  readonly key: Secret;
}

/**
 * Lets the formation answer to a name. @throws UserError for what is no domain, Conflict when any formation
 * has it
 */
export async function addDomain(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  domain: string,
): Promise<OperationRecord> {
  const name = parseDomain(domain);
  return changeProxies(
    parts,
    user,
    formation,
    `add ${name}`,
    async (stores) => void (await stores.domains.insert({ formationId: formation.id, name })),
  );
}

/** @throws NotFound when the formation has no such domain */
export async function removeDomain(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  domain: string,
): Promise<OperationRecord> {
  return changeProxies(parts, user, formation, `remove ${domain}`, async (stores) => {
    if (!(await stores.domains.delete(formation.id, domain)))
      throw new NotFound(`${formation.name} has no domain ${JSON.stringify(domain)}`);
  });
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
    await stores.certs.insert({ formationId: formation.id, name, key: request.key, ...parsed });
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

/** Answers a page in the place of the app, or the app again. */
export async function setMaintenance(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  enabled: boolean,
): Promise<OperationRecord> {
  return changeProxies(parts, user, formation, `maintenance ${enabled ? 'on' : 'off'}`, (stores) =>
    stores.formations.setMaintenance(formation.id, enabled),
  );
}

/**
 * Changes how proxies treat requests; null puts back a default.
 * @param check told the present settings before anything is written; what it throws ends the change
 * @throws UserError as mergeProxySettings, Conflict for enforceHttps where nothing takes TLS off
 */
export async function changeProxySettings(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  changes: ProxyChanges,
  check: (present: ProxySettings) => void = () => undefined,
): Promise<OperationRecord> {
  const names = Object.keys(changes).filter((name) => changes[name as keyof ProxyChanges] !== undefined);
  return changeProxies(parts, user, formation, `set ${names.join(', ')}`, async (stores) => {
    const { proxySettings } = (await stores.formations.byId(formation.id)) ?? formation;
    check(proxySettings);
    const settings = mergeProxySettings(proxySettings, changes);
    if (await lacksTls(stores, formation.id, settings)) {
      throw new Conflict(
        'https cannot be enforced, there is no certificate: add one with `deis certs:add`, or name the ' +
          'proxies that speak TLS for you as `trusted`',
      );
    }
    await stores.formations.setProxySettings(formation.id, settings);
  });
}

/** Whether https is enforced where nothing takes TLS off. */
async function lacksTls(
  stores: Stores,
  formationId: number,
  { enforceHttps = false, trusted }: ProxySettings,
): Promise<boolean> {
  return enforceHttps && !trusted && (await stores.certs.ofFormation(formationId)).length === 0;
}

async function changeProxies(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  action: string,
  write: (stores: Stores) => Promise<void>,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { user, formation, kind: 'configure-proxies', params: { action } },
    async (stores) => {
      await write(stores);
      await stores.formations.bumpGeneration(formation.id);
    },
  );
}

/**
 * Converges the proxies alone; each has shown that it serves the new site when this ends. @throws
 * OperationFailure naming those that do not
 */
export async function carryOutProxies(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const action = String(context.operation.params['action'] ?? 'configure');
    const reports = await context.step('proxies', deadlines.converge, (signal) =>
      convergeNodes(run, {
        nodes: (snapshot) => readyNodes(snapshot, 'proxy'),
        action,
        deadlineMs: waits.converge,
        signal,
      }),
    );
    requireConverged(context, `not all proxies took the change (${action})`, reports);
    return { proxies: reports.map(({ node }) => node) };
  });
}
