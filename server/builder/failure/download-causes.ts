import type { KnownCause } from './known-cause.js';

/** Fetching. Registries that have a setting are named with it. */
export const downloadCauses: readonly KnownCause[] = [
  {
    name: 'buildpack-not-fetched',
    patterns: ['the buildpack … could not be had from … within'],
    advice:
      'Builds cannot fetch from {host} now: copy the buildpack into the repository (`./FOLDER` in ' +
      '.buildpacks), or have the operator keep a copy (`deis-controller buildpacks add`)',
  },
  ...registry('npm', ['registry.npmjs.org', 'registry.yarnpkg.com'], 'DEIS_NPM_REGISTRY, or .npmrc'),
  ...registry('pypi', ['pypi.org', 'files.pythonhosted.org', '/simple/'], 'DEIS_PYPI_INDEX'),
  ...registry('go', ['proxy.golang.org', 'sum.golang.org'], 'DEIS_GOPROXY'),
  ...registry('maven', ['repo.maven.apache.org', 'repo1.maven.org'], 'DEIS_MAVEN_MIRROR'),
  ...registry('rubygems', ['rubygems.org'], 'DEIS_RUBYGEMS_MIRROR, or commits vendor/cache'),
  {
    name: 'composer-repository',
    patterns: ['Composer did not reach', ...[6, 7, 28].map((code) => `curl error ${code} while downloading`)],
    advice:
      'Composer cannot reach {host}: the operator lets builds reach it (docs/operating.md, "What builds reach"), ' +
      'or commit the packages: `composer install --no-dev`, then `git add -f vendor`',
  },
  {
    name: 'certificate',
    patterns: [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'certificate verify failed',
      'unable to get local issuer certificate',
      'SSL certificate problem',
      'PKIX path building failed',
    ],
    advice:
      'Builds do not trust the certificate of {host}: the operator adds its authority to the file of ' +
      'DEIS_CA_BUNDLE',
  },
  {
    name: 'host-unknown',
    patterns: [
      'Could not resolve host',
      'Temporary failure in name resolution',
      'Name or service not known',
      'EAI_AGAIN',
      'ENOTFOUND',
      'no such host',
      'UnknownHostException',
    ],
    advice:
      'Builds cannot look up {host}: its operator says what builds may reach (docs/operating.md, "What ' +
      'builds reach"); what comes from there can also be committed, or fetched from a mirror that the ' +
      'buildpack lets you name',
  },
  {
    name: 'refused-file',
    patterns: ['returned error: 403', '403 Forbidden', 'AccessDenied', 'status code 403', 'HTTP Error 403'],
    advice:
      '{host} refuses to give the file (403): it is not there for this version, or not for this ' +
      'network. Name another version, or a mirror that the buildpack lets you name',
  },
  {
    name: 'slow-download',
    patterns: ['Operation too slow', 'Less than … bytes/sec'],
    advice:
      'The download from {host} was too slow to end: push again later, commit the file, or have the ' +
      'operator keep a copy nearby',
  },
  {
    name: 'host-down',
    patterns: [
      'Failed to connect to',
      'Connection timed out',
      'Connection refused',
      'ETIMEDOUT',
      'ECONNREFUSED',
      'i/o timeout',
      'returned error: 5',
      '503 Service Unavailable',
      '502 Bad Gateway',
      '504 Gateway',
      'ReadTimeoutError',
    ],
    advice:
      '{host} does not answer, or answers with an error of its own: push again later. What comes from ' +
      'there can also be committed, or fetched from a mirror that the buildpack lets you name',
  },
  {
    name: 'cut-download',
    patterns: [
      'unexpected end of file',
      'Unexpected EOF',
      'not in gzip format',
      'TAR_BAD_ARCHIVE',
      'transfer closed with … bytes remaining',
      'ECONNRESET',
      'IncompleteRead',
    ],
    advice:
      'A download was cut off: push again; if the same file breaks again, `deis builds:cache clear` ' +
      'removes what was kept of it',
  },
];

/** A registry that builds fetch from by a setting, and how programs say that it cannot be reached. */
function registry(name: string, hosts: readonly string[], setting: string): KnownCause[] {
  const troubles = [
    'EAI_AGAIN',
    'ENOTFOUND',
    'ETIMEDOUT',
    'ECONNREFUSED',
    'ECONNRESET',
    'getaddrinfo',
    'NewConnectionError',
    'Name or service not known',
    'no such host',
    'i/o timeout',
    'connection refused',
    'timed out',
    'Could not transfer artifact',
    'Unknown host',
    'Could not reach host',
  ];
  const patterns = hosts.flatMap((host) =>
    troubles.flatMap((trouble) => [`${host} … ${trouble}`, `${trouble} … ${host}`]),
  );
  const advice =
    `Builds cannot reach {host}: the operator sets a mirror (${setting}) or lets builds reach it ` +
    '(docs/operating.md, "What builds reach")';
  return [{ name: `${name}-registry`, patterns, advice }];
}
