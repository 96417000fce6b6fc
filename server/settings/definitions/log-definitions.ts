import { bytes, count, host, networks, port } from '../setting-schemas.js';

/** Settings of the log server, and of what it keeps. */
export const logDefinitions = {
  DEIS_LOG_BIND: {
    schema: host.default('0.0.0.0'),
    help: 'address of the log server, which takes lines from nodes that have a certificate of this controller',
  },
  DEIS_LOG_PORT: { schema: port.prefault('8514'), help: 'its port, as DEIS_PORT' },
  DEIS_LOG_HOST: {
    schema: host.optional(),
    shown: 'as nodes reach the slug server',
    help: 'address or name of the log server as nodes reach it',
  },
  DEIS_LOG_BYTES: {
    schema: bytes.prefault('1g'),
    help: 'bytes of logs that are kept of each formation, compressed; older lines go first',
  },
  DEIS_LOG_DRAIN_BYTES: {
    schema: bytes.prefault('128m'),
    help: 'bytes of stored lines that a drain may be behind, of each formation; older lines are not sent',
  },
  DEIS_LOG_DRAIN_NETWORKS: {
    schema: networks.optional(),
    shown: 'none',
    help: 'private IPv4 networks that drains send to, too',
  },
  DEIS_LOG_DAYS: { schema: count.prefault('7'), help: 'days that lines of logs are kept' },
};
