import { hostInUrl } from '../../base/host-in-url.js';
import { tokenIssuer, tokenService } from './registry-token.js';

/** Places inside the registry's container. */
export const registryPlaces = {
  settings: '/deis/config.yml',
  certificate: '/deis/tls.crt',
  key: '/deis/tls.key',
  tokens: '/deis/tokens.crt',
  images: '/registry',
} as const;

/**
 * The settings file of docker-registry: TLS, tokens of ours alone, no address where others could be had.
 * Without a cache of blobs in memory, which would remember what the collector has removed.
 */
export function registryConfig(listens: { readonly bind: string; readonly port: number }): string {
  const { certificate, key, tokens, images } = registryPlaces;
  // JSON is YAML.
  return `${JSON.stringify(
    {
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: images }, delete: { enabled: true } },
      http: {
        addr: `${hostInUrl(listens.bind)}:${listens.port}`,
        tls: { certificate, key, minimumtls: 'tls1.2' },
      },
      auth: {
        token: {
          realm: 'https://deis.invalid/tokens-come-from-the-controller',
          service: tokenService,
          issuer: tokenIssuer,
          rootcertbundle: tokens,
        },
      },
    },
    null,
    2,
  )}\n`;
}
