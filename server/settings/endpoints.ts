import { isLoopback } from '../../base/network.js';
import { Secret } from '../../base/secret.js';
import type { Values } from './setting-values.js';

export function registryEndpoint(values: Values) {
  return {
    bind: values.DEIS_REGISTRY_BIND,
    port: values.DEIS_REGISTRY_PORT,
    host: values.DEIS_REGISTRY_HOST,
    operators: values.DEIS_REGISTRY_URL && {
      ...values.DEIS_REGISTRY_URL,
      caBundle: values.DEIS_REGISTRY_CA_BUNDLE,
      login: login(values.DEIS_REGISTRY_USERNAME, values.DEIS_REGISTRY_PASSWORD),
      pullLogin: login(values.DEIS_REGISTRY_PULL_USERNAME, values.DEIS_REGISTRY_PULL_PASSWORD),
    },
  } as const;
}

/** `USERNAME:PASSWORD` */
function login(username: string | undefined, password: Secret | undefined): Secret | undefined {
  return username === undefined || password === undefined
    ? undefined
    : new Secret(`${username}:${password.reveal()}`);
}

export function httpEndpoint(values: Values) {
  const ownTls = ownCertificate(values);
  return {
    bind: values.DEIS_BIND,
    port: values.DEIS_PORT,
    publicUrl: values.DEIS_PUBLIC_URL ?? ownTls?.url,
    /** Whose word in headers counts: those that pass connections on have it written by the listener. */
    trustedProxies: [...(values.DEIS_TRUSTED_PROXY ?? []), ...(values.DEIS_PASSED_BY ?? [])],
    requestProxies: values.DEIS_TRUSTED_PROXY ?? [],
    passedBy: values.DEIS_PASSED_BY ?? [],
    tls: tlsFiles(values),
    ownTls,
  } as const;
}

/** Absent: this process serves no metrics. */
export function metricsEndpoint({
  DEIS_METRICS_PORT: port,
  DEIS_METRICS_BIND: bind,
  DEIS_METRICS_TOKEN: token,
}: Values) {
  return port === undefined ? undefined : ({ bind, port, token } as const);
}

export function gitEndpoint(values: Values) {
  return {
    bind: values.DEIS_GIT_BIND,
    port: values.DEIS_GIT_PORT,
    publicHost: values.DEIS_GIT_PUBLIC_HOST,
    connections: values.DEIS_GIT_CONNECTIONS,
    handshakesPerMinute: values.DEIS_GIT_HANDSHAKES,
  } as const;
}

export function logServer(values: Values) {
  return {
    bind: values.DEIS_LOG_BIND,
    port: values.DEIS_LOG_PORT,
    host: values.DEIS_LOG_HOST,
    maxBytes: values.DEIS_LOG_BYTES,
    maxDays: values.DEIS_LOG_DAYS,
    maxDrainBytes: values.DEIS_LOG_DRAIN_BYTES,
    drainNetworks: values.DEIS_LOG_DRAIN_NETWORKS ?? [],
  } as const;
}

export function storePlace(values: Values) {
  return values.DEIS_STORE && ({ ...values.DEIS_STORE, ...storeAccess(values) } as const);
}

/** How stores in S3 are spoken to. */
export function storeAccess(values: Values) {
  const { DEIS_STORE_KEY_ID: id, DEIS_STORE_SECRET_KEY: secret } = values;
  return {
    endpoint: values.DEIS_STORE_ENDPOINT,
    region: values.DEIS_STORE_REGION,
    pathStyle: values.DEIS_STORE_PATH_STYLE,
    keys: id === undefined || secret === undefined ? undefined : { id, secret },
  } as const;
}

/** The certificate that the API orders itself. Absent: it has one of files, or none. */
function ownCertificate(values: Values) {
  const { DEIS_TLS_DOMAIN: domain, DEIS_PORT: port, DEIS_PUBLIC_URL: publicUrl } = values;
  if (domain === undefined) return undefined;
  const ownUrl = `https://${domain}${[0, 443].includes(port) ? '' : `:${port}`}`;
  return {
    domain,
    /** Where people find the API over TLS. */
    url: publicUrl?.startsWith('https:') === true ? publicUrl : ownUrl,
    bind: values.DEIS_TLS_HTTP_BIND,
    port: values.DEIS_TLS_HTTP_PORT,
  } as const;
}

function tlsFiles({ DEIS_TLS_CERT: certificate, DEIS_TLS_KEY: key }: Values) {
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** Networks that others are from, or are dialled in; the server that takes mails, and the provider that signs in. */
export function networks(values: Values) {
  return {
    domain: values.DEIS_DOMAIN,
    sshFrom: values.DEIS_SSH_FROM ?? [],
    slugSources: values.DEIS_SLUG_SOURCES ?? [],
    pageSources: values.DEIS_PAGE_SOURCES ?? [],
    hookNetworks: values.DEIS_HOOK_NETWORKS ?? [],
    mail: mailServer(values),
    oidc: oidcAccess(values),
  } as const;
}

/** Absent: no mails are sent. */
export function mailServer({ DEIS_SMTP_URL: url, DEIS_SMTP_FROM: from }: Values) {
  if (url === undefined || from === undefined) return undefined;
  return { url, from, tls: tlsOf(url) } as const;
}

/** `begin`: the connection is plain until TLS begins on it (STARTTLS), without which nothing is sent. */
function tlsOf(url: Secret): 'whole' | 'begin' | 'none' {
  const { protocol, hostname } = new URL(url.reveal());
  if (protocol === 'smtps:') return 'whole';
  return isLoopback(hostname.replace(/^\[|\]$/g, '')) ? 'none' : 'begin';
}

/** Absent: nobody signs in so. */
export function oidcAccess(values: Values) {
  const { publicUrl } = httpEndpoint(values);
  const { DEIS_OIDC_ISSUER: from, DEIS_OIDC_CLIENT_ID: clientId } = values;
  if (from === undefined || clientId === undefined || publicUrl === undefined) return undefined;
  return {
    issuer: from,
    clientId,
    clientSecret: values.DEIS_OIDC_CLIENT_SECRET,
    name: values.DEIS_OIDC_NAME,
    scopes: values.DEIS_OIDC_SCOPES,
    allow: values.DEIS_OIDC_ALLOW ?? [],
    redirectUri: `${publicUrl}/`,
  } as const;
}
