import { isIP } from 'node:net';
import { amongNetworks } from '../../base/network.js';

/** Where nodes fetch slugs and images. */
export interface NodeUrl {
  readonly url: string;
  /** By DEIS_NODE_URL. Otherwise it is worked out from the addresses of this machine. */
  readonly isSet: boolean;
}

/** Addresses that mean another machine, or none, when somebody else uses them. */
const isOfOneself = amongNetworks(['0.0.0.0/8', '::', 'loopback', 'linklocal']);

/**
 * Whether machines elsewhere could reach it, by its form alone, as a row of `flavors:check`; what is wrong, and what to
 * do, in words.
 */
export function checkNodeUrl({ url, isSet }: NodeUrl): { what: string; ok: boolean; detail: string } {
  const what = 'DEIS_NODE_URL';
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const advice = 'set DEIS_NODE_URL to the slug server as nodes reach it, e.g. http://10.0.0.5:8001';
  const isOwn = isIP(host) === 0 ? /(^|\.)localhost\.?$/i.test(host) : isOfOneself(host);
  if (isOwn) return { what, ok: false, detail: `nodes cannot reach ${host} on this machine: ${advice}` };
  if (isSet) return { what, ok: true, detail: url };
  const worked = `not set: nodes will fetch slugs from ${url}, by this machine's first address`;
  return { what, ok: true, detail: `${worked}. If they cannot reach that, ${advice}` };
}
