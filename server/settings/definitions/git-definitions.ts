import { count, host, port } from '../setting-schemas.js';

/** The settings of the git endpoint. */
export const gitDefinitions = {
  DEIS_GIT_BIND: { schema: host.default('127.0.0.1'), help: 'address of the git endpoint' },
  DEIS_GIT_PORT: { schema: port.prefault('2222'), help: 'its port, as DEIS_PORT' },
  DEIS_GIT_PUBLIC_HOST: {
    schema: host.optional(),
    shown: 'the host of the public URL',
    help: 'host name that git remotes show',
  },
  DEIS_GIT_CONNECTIONS: {
    schema: count.prefault('100'),
    help: 'pushes and fetches at once; one user may have 8 of them',
  },
  DEIS_GIT_HANDSHAKES: {
    schema: count.prefault('120'),
    help: 'connections that one address may begin a minute (half of them at once), an IPv6 /64 counts as one',
  },
};
