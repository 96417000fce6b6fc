import type { Runtime } from '../runtimes/runtime.js';
import type { Toolchain } from '../toolchains/toolchain.js';

/** What an operator has set for all builds. */
export interface BuildSurroundings {
  /** What buildpacks know the stack by: `heroku-22`. */
  readonly stackName: string;
  /** A file of certificate authorities of this host. */
  readonly caBundle: string | null;
  readonly npmRegistry: string | null;
  /** A simple index as pip knows it, e.g. https://pypi.org/simple. */
  readonly pypiIndex: string | null;
  /** A Go module proxy; null leaves Go's own. */
  readonly goProxy: string | null;
  /** A Maven repository in place of Maven Central. */
  readonly mavenMirror: string | null;
  /** A mirror in place of rubygems.org. */
  readonly rubygemsMirror: string | null;
}

/** What the controller has fetched for a build. */
export interface PreparedTrees {
  readonly runtimes: readonly Runtime[];
  readonly toolchains: readonly Toolchain[];
}

const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';

/** The environment of a build container. Of the app's config nothing: that is in ENV_DIR. */
export function buildEnvironment(
  { stackName, caBundle, npmRegistry, pypiIndex, goProxy, mavenMirror, rubygemsMirror }: BuildSurroundings,
  { runtimes }: PreparedTrees,
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
  const modules: Record<string, string> = goProxy === null ? {} : { GOPROXY: goProxy };
  const maven = mavenMirror === null ? {} : mavenSettings(mavenMirror);
  // As lib.sh reads it.
  const lines = runtimes.map(({ name, mount, title }) => `${name}|${mount}|${title}`);
  const gems: Record<string, string> =
    rubygemsMirror === null ? {} : { DEIS_RUBYGEMS_MIRROR: rubygemsMirror };
  const mirrors = { ...registry, ...index, ...modules, ...maven, ...gems };
  return { ...authorities, ...mirrors, STACK: stackName, DEIS_RUNTIMES: lines.join('\n'), ...own };
}

/** pip asks nothing of an index without TLS unless it is told to. */
function pipIndex(url: string): Record<string, string> {
  const { protocol, host } = new URL(url);
  return { PIP_INDEX_URL: url, ...(protocol === 'http:' ? { PIP_TRUSTED_HOST: host } : {}) };
}

/** The second is what a Maven wrapper asks for Maven itself. */
function mavenSettings(url: string): Record<string, string> {
  return { DEIS_MAVEN_MIRROR: url, MVNW_REPOURL: url.replace(/\/+$/, '') };
}

/** What a build container has of this host. */
export function buildBinds(
  { caBundle }: BuildSurroundings,
  { runtimes, toolchains }: PreparedTrees,
  cache: string | undefined,
): string[] {
  return [
    ...(caBundle === null ? [] : [`${caBundle}:${hostCertificates}:ro`]),
    ...[...runtimes, ...toolchains].map(({ name, folder }) => `${folder}:/build/runtimes/${name}:ro`),
    ...(cache === undefined ? [] : [`${cache}:/cache`]),
  ];
}
