import type { Logger } from 'pino';
import { localHost } from '../../addresses.js';
import { AuthLimits, defaultAuthLimits } from '../../api/auth/auth-limits.js';
import { Authenticator } from '../../api/auth/authenticator.js';
import { IdentityProvider } from '../../api/auth/oidc/identity-provider.js';
import { makeSetupCode } from '../../api/auth/setup-code.js';
import { createApp } from '../../app.js';
import { builtDashboard, readDashboard, type DashboardFiles } from '../../dashboard/dashboard-files.js';
import { trustedAuthorities } from '../../builder/toolchains/fetch-file.js';
import { RemoteNetworks } from '../../remote/remote-networks.js';
import { formationActions } from '../../formation/formation-actions.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import { buildSlots } from '../../formation/requests/kinds/push.js';
import { HttpListener } from '../../listen/http-listener.js';
import { certificateMetrics } from '../../metrics/certificate-metrics.js';
import type { Settings } from '../../settings/settings.js';
import { DatabaseLook } from '../../store/database-look.js';
import type { ShownCertificate } from '../../certificates/tls-certificate.js';
import { packageVersion } from '../../version.js';
import { requestGraceMs, now } from '../constants.js';
import type { Base } from '../open-base.js';
import { shownCertificate } from './shown-certificate.js';
import type { Git } from './start-git.js';
import type { Slugs } from './start-slug-server.js';

/** See AppParts. */
const patience = { waitMs: 25_000, askAgainMs: 30_000 };

/** Where the HTTP API answers. */
export interface Http {
  readonly url: string;
}

/** Tells where the process that has the HTTP API answers: on the configured port. */
export function httpElsewhere(settings: Settings): Http {
  return { url: urlOf(settings, settings.http.port) };
}

/** Starts the HTTP API. */
export async function startHttp(
  settings: Settings,
  base: Base,
  formation: FormationParts,
  git: Git,
  { nodeUrl }: Pick<Slugs, 'nodeUrl'>,
): Promise<Http> {
  const { stores, log, listener, eventStream, instance, observer } = base;
  const { bind, port, publicUrl, trustedProxies } = settings.http;
  const version = packageVersion();
  const parts = {
    stores,
    databaseAnswers: openLook(base),
    ...domainOf(formation),
    listener,
    eventStream,
    ...(await signIns(settings, base)),
    trustedProxies,
    setupCode: await makeSetupCode({ bind, publicUrl }, stores, log),
    info: () => ({ version, instance, git, domain: settings.domain }),
    reached: { bind, publicUrl },
    nodeUrl,
    ...tellers(settings),
    now,
    logger: log,
    observer,
    buildSlots: buildSlots(settings.build.atOnce),
    ...patience,
  };
  const dashboard = await openDashboard(log);
  const shown = await shownCertificate(settings, base, formation);
  const app = createApp(parts, { bind, publicUrl, isTls: shown !== undefined, dashboard });
  const http = await HttpListener.listen(bind, port, app, {
    tls: shown?.pair,
    proxies: settings.http,
    portFixedBy: settings.fixedPort('DEIS_PORT'),
  });
  closeAtShutdown(base, http, showNewest(base, http, shown));
  return { url: urlOf(settings, http.port) };
}

/** How people sign in, and for how long. */
async function signIns(settings: Settings, base: Base) {
  const { sessionMs } = settings;
  return {
    authenticator: new Authenticator(base.stores, now, sessionMs),
    sessionMs,
    authLimits: new AuthLimits(defaultAuthLimits, base.database.database),
    identityProvider: await openIdentityProvider(settings, base),
  };
}

/** Whom people may sign in with; closed after the HTTP API. It is asked nothing before somebody comes. */
async function openIdentityProvider(
  { oidc, caBundle }: Settings,
  { shutdown }: Base,
): Promise<IdentityProvider | null> {
  if (oidc === undefined) return null;
  const provider = new IdentityProvider(oidc, {
    now,
    authorities: await trustedAuthorities(caBundle ?? null),
  });
  shutdown.add('the identity provider', () => provider.close());
  return provider;
}

/** Who can be told of alerts. */
function tellers({ hookNetworks, mail }: Pick<Settings, 'hookNetworks' | 'mail'>) {
  return { hookNetworks: new RemoteNetworks(hookNetworks), hasMail: mail !== undefined };
}

/** The API does without. */
async function openDashboard(log: Logger): Promise<DashboardFiles | undefined> {
  const folder = builtDashboard();
  if (folder !== undefined) return readDashboard(folder);
  log.warn('there is no dashboard here: `npm run build` makes it');
  return undefined;
}

function closeAtShutdown({ shutdown }: Base, http: HttpListener, unwatch: () => void): void {
  shutdown.add('the HTTP API', async () => {
    unwatch();
    await http.close(requestGraceMs);
  });
}

/** Has connections shown the newest certificate, and metrics tell of it, until what it returns is called. */
function showNewest({ metrics }: Base, http: HttpListener, shown: ShownCertificate | undefined): () => void {
  let pair = shown?.pair;
  if (metrics !== undefined)
    certificateMetrics(metrics.registry, () => ({ chain: pair?.cert, failures: shown?.failures() ?? 0 }));
  const unwatch = shown?.watch((newest) => {
    http.useCertificate(newest);
    pair = newest;
  });
  return () => unwatch?.();
}

/** Closed after the HTTP API. */
function openLook({ database, shutdown }: Base): () => Promise<void> {
  const look = new DatabaseLook(database.url);
  shutdown.add('the look at the database', async () => look.close());
  return () => look.answers();
}

function domainOf(formation: FormationParts) {
  const { providers, disabledProviders } = formation;
  return { providers, disabledProviders, formations: formationActions(formation) };
}

function urlOf({ http: { bind, tls, ownTls } }: Settings, port: number): string {
  return `${(tls ?? ownTls) === undefined ? 'http' : 'https'}://${localHost(bind)}:${port}`;
}
