import { host, networks, port, secret, secondsOrNever } from '../setting-schemas.js';

/** The settings of the listener that serves metrics, and of what is measured on nodes. */
export const metricsDefinitions = {
  DEIS_METRICS_PORT: {
    schema: port.optional(),
    shown: 'no metrics',
    help: 'port where this process answers GET /metrics for Prometheus; 0 takes a free one',
  },
  DEIS_METRICS_BIND: { schema: host.default('127.0.0.1'), help: 'its address' },
  DEIS_METRICS_TOKEN: {
    schema: secret.optional(),
    shown: 'none, on loopback alone',
    help: 'bearer token that Prometheus sends; needed where DEIS_METRICS_BIND is not loopback',
  },
  DEIS_HOOK_NETWORKS: {
    schema: networks.optional(),
    shown: 'none',
    help: 'private IPv4 networks in which hooks are told of alerts, too',
  },
  DEIS_MEASURE_SECONDS: {
    schema: secondsOrNever.prefault('10'),
    help: 'what containers use and proxies serve is read from nodes this often; 0 never; needs DEIS_WATCH_SECONDS',
  },
};
