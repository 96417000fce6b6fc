import { forAnybody } from './endpoint.js';
import { ok } from './reply.js';

/** For load balancers and `quickstart`: the process answers and reaches its database. */
export const health = forAnybody({
  answer: async ({ parts }) => {
    await parts.stores.users.isEmpty();
    return ok({ status: 'ok' });
  },
});

/** What a client must know before it logs in. */
export const info = forAnybody({
  answer: async ({ parts }) => {
    const { version, instance, git } = parts.info();
    const registration = (await parts.stores.users.isEmpty()) ? 'setup' : 'invite';
    return ok({ version, instance, registration, git: { host: git.host, port: git.port, host_keys: git.hostKeys } });
  },
});
