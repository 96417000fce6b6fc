import { renderNodeFile } from '../../../../templates/render.js';
import type { Databag, DatabagCert } from '../../../databag.js';
import { defaultProxyTimeout, type ProxySettings } from '../../../proxy-settings.js';
import { UserError } from '../../../../base/errors.js';
import { isNetwork } from '../../../../base/network.js';
import type { RecipeNode } from '../../../recipe.js';
import type { NginxSiteResource } from '../../../resources/network/nginx-site.js';
import { contentSum } from '../content-sum.js';
import { places } from '../places.js';
import { guestFolders, nginxSuffix, placesOf } from '../guest-places.js';
import { endpointOf, proxyEndpoint } from './proxy-endpoint.js';
import { tlsListen } from './proxy-listen.js';
import { pagesOf } from './proxy-pages.js';
import { rateOf } from './proxy-rate.js';
import { streamOf } from './proxy-stream.js';

/** Where no stranger is (loopback, RFC 1918, RFC 6598): load balancers of a cloud ask from there. */
const privateNetworks = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/**
 * The formation's site. Its text tells a version, which the running nginx says back once it serves it.
 * Backends are no part of it.
 */
export function proxySite(node: RecipeNode, databag: Databag): NginxSiteResource {
  const { host, hasGuests = false } = databag;
  const suffix = nginxSuffix(databag);
  const stream = streamOf(node, databag);
  const context = {
    formation: databag.id,
    isGuest: host !== undefined,
    hasGuests,
    // What of nginx has one name for all sites is a guest's own by this.
    suffix,
    site: siteModules(databag),
    // A guest without a name answers to none.
    noName: host === undefined ? '_' : `${databag.id}.invalid`,
    answersAll: databag.proxy.domains.length === 0 && host === undefined,
    guestsFolder: guestFolders.nginx,
    port: databag.proxy.port,
    maintenance: databag.proxy.maintenance,
    passesOn: databag.proxy.passesOn ?? false,
    tcp: stream === undefined ? null : { port: stream.port, sum: contentSum(stream.text) },
    domains: domainsOf(databag),
    certs: shownCerts(databag),
    acmeThumbprint: thumbprintOf(databag),
    bodySize: bodySize(node, databag.proxy),
    ...requestSettings(databag.proxy, suffix),
    // In maintenance no client gets to the app, and its address is not read.
    rate: databag.proxy.maintenance || stream !== undefined ? null : rateOf(databag.proxy),
    endpoint: new URL(proxyEndpoint).host,
    backendsPath: placesOf(databag).backends,
    pages: pagesOf(databag),
  };
  const version = contentSum(renderNodeFile('nginx-site.conf.njk', { ...context, version: '' }));
  return {
    kind: 'nginx_site',
    name: databag.id,
    content: renderNodeFile('nginx-site.conf.njk', { ...context, version }),
    shownBy: { url: endpointOf(databag), line: `site ${version}` },
    ...(stream === undefined ? {} : { stream: stream.text }),
    ...siteLock(node),
  };
}

/** On a box programs of guests start containers, too: they take turns for nginx alone. */
export function siteLock({ kind }: Pick<RecipeNode, 'kind'>): Pick<NginxSiteResource, 'lock'> {
  return kind === 'box' ? { lock: places.nginxLock } : {};
}

/** How nginx finds the program of a site: of a guest one of its own, with memory of its own. */
function siteModules({ id, host }: Databag): Record<'proxy' | 'health' | 'traffic' | 'pages', string> {
  const of = (name: string): string =>
    host === undefined
      ? `package.loaded["deis.${name}"]`
      : `package.loaded["deis.sites"].of("${id}").${name}`;
  return { proxy: of('proxy'), health: of('health'), traffic: of('traffic'), pages: of('pages') };
}

/** Certificates that it serves, with the files that they lie in. */
function shownCerts(databag: Databag) {
  return servedCerts(databag).map((cert) => ({
    path: certPath(cert, placesOf(databag).certs),
    sum: contentSum(cert.certificate),
    domains: cert.domains,
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
export function certPath(
  cert: Pick<DatabagCert, 'name' | 'certificate'>,
  folder: string = places.certs,
): string {
  const { name } = cert;
  if (!/^[A-Za-z0-9][A-Za-z0-9@._-]*$/.test(name))
    throw new UserError(`${JSON.stringify(name)} is not a valid name of a certificate`, { field: 'certs' });
  return `${folder}/${name}-${contentSum(cert.certificate)}`;
}

function thumbprintOf({ proxy: { acmeThumbprint = '' } }: Databag): string {
  if (!/^[A-Za-z0-9_-]{0,64}$/.test(acmeThumbprint))
    throw new UserError('the thumbprint is not valid base64url', { field: 'acmeThumbprint' });
  return acmeThumbprint;
}

function domainsOf(databag: Databag): readonly string[] {
  const wrong = databag.proxy.domains.find(
    (domain) => !/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(domain),
  );
  if (wrong !== undefined) throw new UserError(`${wrong} is not a valid domain name`, { field: 'domains' });
  return databag.proxy.domains;
}

function requestSettings(
  {
    timeoutSeconds = defaultProxyTimeout,
    enforceHttps = false,
    hsts,
    hstsSubdomains = false,
    hstsPreload = false,
    allow = [],
    trusted = [],
    proxyProtocol = false,
  }: ProxySettings,
  suffix: string,
) {
  // A proxy before ours may have taken off TLS. One that passes connections on as they are wrote no header of theirs.
  const isHeaderTrusted = trusted.length > 0 && !proxyProtocol;
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
    balancers: [...new Set([...privateNetworks, ...networks('trusted', trusted)])],
    proxyProtocol,
    tlsListen: tlsListen(proxyProtocol),
    isHeaderTrusted,
    proto: isHeaderTrusted ? `$deis_proto${suffix}` : '$scheme',
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
