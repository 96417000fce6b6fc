import type { Runtime } from '../runtimes/runtime.js';

/** What an operator has set for all builds. */
export interface BuildSurroundings {
  /** A file of certificate authorities of this host. */
  readonly caBundle: string | null;
  readonly npmRegistry: string | null;
  /** A simple index as pip knows it, e.g. https://pypi.org/simple. */
  readonly pypiIndex: string | null;
}

const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';

/** The environment of a build container. Of the app's config nothing: that is in ENV_DIR. */
export function buildEnvironment(
  { caBundle, npmRegistry, pypiIndex }: BuildSurroundings,
  runtimes: readonly Runtime[],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const authorities: Record<string, string> =
    caBundle === null
      ? {}
      : {
          NODE_EXTRA_CA_CERTS: hostCertificates,
          SSL_CERT_FILE: hostCertificates,
          npm_config_cafile: hostCertificates,
          PIP_CERT: hostCertificates,
          REQUESTS_CA_BUNDLE: hostCertificates,
        };
  const registry: Record<string, string> = npmRegistry === null ? {} : { npm_config_registry: npmRegistry };
  const index: Record<string, string> = pypiIndex === null ? {} : pipIndex(pypiIndex);
  // As lib.sh reads it.
  const lines = runtimes.map(({ name, mount, title }) => `${name}|${mount}|${title}`);
  return { ...authorities, ...registry, ...index, STACK: 'deis', DEIS_RUNTIMES: lines.join('\n'), ...own };
}

/** pip asks nothing of an index without TLS unless it is told to. */
function pipIndex(url: string): Record<string, string> {
  const { protocol, host } = new URL(url);
  return { PIP_INDEX_URL: url, ...(protocol === 'http:' ? { PIP_TRUSTED_HOST: host } : {}) };
}

/** What a build container has of this host. */
export function buildBinds(
  { caBundle }: BuildSurroundings,
  runtimes: readonly Runtime[],
  cache: string | undefined,
): string[] {
  return [
    ...(caBundle === null ? [] : [`${caBundle}:${hostCertificates}:ro`]),
    ...runtimes.map(({ name, folder }) => `${folder}:/build/runtimes/${name}:ro`),
    ...(cache === undefined ? [] : [`${cache}:/cache`]),
  ];
}
