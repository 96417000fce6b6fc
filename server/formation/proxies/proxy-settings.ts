import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { lacksTls } from './certs.js';
import { changeProxies } from './configure-proxies.js';
import { fetchErrorPages, type PageChanges } from './fetch-error-pages.js';
import { mergeProxySettings, type ProxyChanges } from './merge-proxy-settings.js';
import { settlePort } from './tcp-mode.js';

/** As ProxyChanges, with URLs of pages. */
export type ProxyRequest = Omit<ProxyChanges, 'errorPages'> & {
  readonly errorPages?: PageChanges | null | undefined;
};

/**
 * Changes how proxies treat requests; null puts back a default. Pages are fetched now, once, and kept.
 * @param check told the present settings before anything is written; what it throws ends the change
 * @throws UserError as mergeProxySettings, fetchErrorPages and settlePort; Conflict as that one, and for enforceHttps
 * where nothing takes TLS off
 */
export async function changeProxySettings(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  request: ProxyRequest,
  check: (present: ProxySettings) => void = () => undefined,
): Promise<OperationRecord> {
  const { errorPages: wanted, ...others } = request;
  const changes: ProxyChanges = {
    ...others,
    errorPages: wanted ? await fetchErrorPages(parts.openPage, wanted) : wanted,
  };
  const names = Object.keys(changes).filter((name) => changes[name as keyof ProxyChanges] !== undefined);
  return changeProxies(parts, user, formation, `set ${names.join(', ')}`, async (stores) => {
    const present = (await stores.formations.byId(formation.id)) ?? formation;
    check(present.proxySettings);
    const merged = mergeProxySettings(present.proxySettings, changes);
    const settings = await settlePort(parts, stores, present, merged);
    if (await lacksTls(stores, formation.id, settings)) {
      throw new Conflict(
        'https cannot be enforced, there is no certificate: add one with `deis certs:add`, or name the ' +
          'proxies that speak TLS for you as `trusted`',
      );
    }
    await stores.formations.setProxySettings(formation.id, settings);
  });
}
