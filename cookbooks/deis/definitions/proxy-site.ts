import { createHash } from 'node:crypto';
import { renderNodeFile, renderPeopleText } from '../../../templates/render.js';
import { defaultProxyTimeout, type Databag, type DatabagCert, type ProxySettings } from '../../databag.js';
import { UserError } from '../../../base/errors.js';
import { isNetwork } from '../../../base/network.js';
import type { RecipeNode } from '../../recipe.js';
import type { NginxSiteResource } from '../../resources/nginx-site.js';
import { places } from './places.js';
import { proxyEndpoint } from './proxy-endpoint.js';

/**
 * The formation's site. Its text tells a version, which the running nginx says back once it serves it.
 * Backends are no part of it.
 */
export function proxySite(node: RecipeNode, databag: Databag): NginxSiteResource {
  const context = {
    formation: databag.id,
    port: databag.proxy.port,
    tlsPort: 443,
    maintenance: databag.proxy.maintenance,
    domains: domainsOf(databag),
    certs: servedCerts(databag).map((cert) => ({
      path: certPath(cert),
      sum: sumOf(cert),
      domains: cert.domains,
    })),
    acmeThumbprint: thumbprintOf(databag),
    bodySize: bodySize(node, databag.proxy),
    ...requestSettings(databag.proxy),
    endpoint: new URL(proxyEndpoint).host,
    backendsPath: places.backends,
    pages: pagesOf(databag),
  };
  const version = createHash('sha256')
    .update(renderNodeFile('nginx-site.conf.njk', { ...context, version: '' }))
    .digest('hex')
    .slice(0, 16);
  return {
    kind: 'nginx_site',
    name: databag.id,
    content: renderNodeFile('nginx-site.conf.njk', { ...context, version }),
    shownBy: { url: proxyEndpoint, line: `site ${version}` },
  };
}

/** Pages for people, as literals of nginx. */
function pagesOf(databag: Databag): { status: number; text: string }[] {
  const pages = [
    {
      status: 403,
      title: 'Not from here',
      text: 'This app answers certain networks only, and yours is none of them.',
    },
    { status: 404, title: 'No such app', text: 'No app answers to this name here.' },
    { status: 413, title: 'Too large', text: 'The request is larger than this app takes.' },
    { status: 502, title: 'No answer', text: 'The app did not answer this request.' },
    databag.proxy.maintenance
      ? { status: 503, title: 'Under maintenance', text: 'This app is being worked on and will be back.' }
      : {
          status: 503,
          title: 'Not running',
          text: 'The app has no running container that answers. Its owner can start one: deis scale web=1',
        },
    { status: 504, title: 'Too slow', text: 'The app took too long to answer.' },
  ];
  return pages.map(({ status, title, text }) => ({
    status,
    text: nginxLiteral(renderPeopleText('proxy-page.hbs', { formation: databag.id, status, title, text })),
  }));
}

/** Certificates that are good for a domain of the formation. */
export function servedCerts(databag: Databag): readonly DatabagCert[] {
  return databag.proxy.certs.filter(({ domains }) => domains.length > 0);
}

/**
 * Path of a certificate's files, without `.crt` and `.key`. Another certificate of the same name has another path: a
 * renewed pair stands beside its predecessor until the site names it. @throws UserError
 */
export function certPath(cert: Pick<DatabagCert, 'name' | 'certificate'>): string {
  const { name } = cert;
  if (!/^[A-Za-z0-9][A-Za-z0-9@._-]*$/.test(name))
    throw new UserError(`${JSON.stringify(name)} is not a valid name of a certificate`, { field: 'certs' });
  return `${places.certs}/${name}-${sumOf(cert)}`;
}

function sumOf({ certificate }: Pick<DatabagCert, 'certificate'>): string {
  return createHash('sha256').update(certificate).digest('hex').slice(0, 16);
}

function thumbprintOf({ proxy: { acmeThumbprint = '' } }: Databag): string {
  if (!/^[A-Za-z0-9_-]{0,64}$/.test(acmeThumbprint))
    throw new UserError('the thumbprint is not valid base64url', { field: 'acmeThumbprint' });
  return acmeThumbprint;
}

/** A quoted string of nginx. A dollar would begin a variable, for which there is no escape. */
function nginxLiteral(text: string): string {
  if (text.includes('$')) throw new UserError('a page of the proxy cannot hold a dollar sign');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function domainsOf(databag: Databag): readonly string[] {
  const wrong = databag.proxy.domains.find(
    (domain) => !/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(domain),
  );
  if (wrong !== undefined) throw new UserError(`${wrong} is not a valid domain name`, { field: 'domains' });
  return databag.proxy.domains;
}

function requestSettings({
  timeoutSeconds = defaultProxyTimeout,
  enforceHttps = false,
  hsts,
  hstsSubdomains = false,
  hstsPreload = false,
  allow = [],
  trusted = [],
}: ProxySettings) {
  return {
    timeout: wholeNumber('timeoutSeconds', timeoutSeconds),
    enforceHttps,
    hsts:
      hsts === undefined
        ? ''
        : [
            `max-age=${wholeNumber('hsts', hsts)}`,
            ...(hstsSubdomains ? ['includeSubDomains'] : []),
            ...(hstsPreload ? ['preload'] : []),
          ].join('; '),
    allow: networks('allow', allow),
    trusted: networks('trusted', trusted),
    // A proxy before ours may have taken off TLS.
    proto: trusted.length > 0 ? '$deis_proto' : '$scheme',
  };
}

function wholeNumber(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UserError(`${field} of the proxy is not a valid whole number`, { field });
  return value;
}

function networks(field: string, all: readonly string[]): readonly string[] {
  const wrong = all.find((each) => !isNetwork(each));
  if (wrong !== undefined)
    throw new UserError(`${JSON.stringify(wrong)} is not a valid address or CIDR: expected e.g. 10.0.0.0/8`, {
      field,
    });
  return all;
}

/** The setting, else attribute `client_max_body_size` of the layer, in nginx's notation; default 1m. */
function bodySize(node: RecipeNode, settings: ProxySettings): string {
  if (settings.bodySize !== undefined) return String(wholeNumber('bodySize', settings.bodySize));
  const size = node.attributes['client_max_body_size'] ?? '1m';
  if (typeof size !== 'string' || !/^\d+[kmg]?$/.test(size))
    throw new UserError('client_max_body_size must look like 10m', {
      field: 'attributes.client_max_body_size',
    });
  return size;
}
