import { localHost } from '../addresses.js';
import { AuthLimits } from '../api/auth-limits.js';
import { Authenticator } from '../api/authenticator.js';
import { makeSetupCode } from '../api/setup-code.js';
import { createApp } from '../app.js';
import { formationActions } from '../formation/formation-actions.js';
import type { FormationParts } from '../formation/formation-parts.js';
import { HttpListener } from '../http-listener.js';
import type { Settings } from '../settings.js';
import { packageVersion } from '../version.js';
import { requestGraceMs, now } from './constants.js';
import type { Base } from './open-base.js';
import type { Git } from './start-git.js';

/** Starts the HTTP API. */
export async function startHttp(settings: Settings, base: Base, formation: FormationParts, git: Git): Promise<{ readonly url: string }> {
  const { stores, log, listener, eventStream, instance } = base;
  const { bind, port, publicUrl, trustedProxies } = settings.http;
  const app = createApp({
    stores,
    providers: formation.providers,
    formations: formationActions(formation),
    listener,
    eventStream,
    authenticator: new Authenticator(stores, now),
    authLimits: new AuthLimits(),
    trustedProxies,
    setupCode: await makeSetupCode({ bind, publicUrl }, stores, log),
    info: () => ({ version: packageVersion(), instance, git }),
    now,
    logger: log,
    waitMs: 25_000,
  });
  const http = await HttpListener.listen(bind, port, app);
  base.shutdown.add('the HTTP API', () => http.close(requestGraceMs));
  return { url: `http://${localHost(bind)}:${http.port}` };
}
