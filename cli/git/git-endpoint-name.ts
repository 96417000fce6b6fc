import type { Info } from '../controller/api-types.js';

/** `host:port` as profiles keep it; an IPv6 address stands in brackets. */
export function gitEndpointName({ git }: Pick<Info, 'git'>): string {
  return `${git.host.includes(':') && !git.host.startsWith('[') ? `[${git.host}]` : git.host}:${git.port}`;
}
