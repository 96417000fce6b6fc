import { z } from 'zod';
import {
  balancingAlgorithms,
  defaultProxyTimeout,
  defaultTcpTimeout,
  errorPages,
  proxyModes,
  type ProxySettings,
} from '../../../../cookbooks/proxy-settings.js';
import type { PageChanges } from '../../../formation/proxies/fetch-error-pages.js';
import type { ProxyRequest } from '../../../formation/proxies/proxy-settings.js';
import { answersWith, type Json } from '../../http/answers.js';
import { forFormation } from '../../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../../http/etag.js';
import { operationAnswers } from '../../replies/operation-json.js';
import { ok } from '../../endpoint/reply.js';
import { respondWithOperation } from '../../replies/respond-with-operation.js';
import { structure } from '../../http/input/json-field.js';

const algorithm = z
  .enum(balancingAlgorithms)
  .describe('Who gets a request: each in turn; who has fewest under way; by the network of the client.');
const page = z.enum(errorPages);
const shown = {
  mode: z
    .enum(proxyModes)
    .describe(
      'http: requests are passed on; tcp: connections are, as they are, at `port`, of those that `allow` lets in.',
    ),
  port: z.int().nullable().describe('Of mode tcp: where proxies listen; null: mode http.'),
  type: z.string().nullable().describe('Of mode tcp: the process type that connections go to; null: web.'),
  algorithm,
  body_size: z
    .int()
    .nullable()
    .describe(
      'Bytes that a request may send; null: what the layer says, else 1 MiB. Larger ones are answered 413.',
    ),
  timeout: z
    .int()
    .describe('Seconds that the app may be silent, then 504; of mode tcp a connection, then it is closed.'),
  enforce_https: z.boolean().describe('Plain requests are redirected (308).'),
  hsts: z
    .int()
    .nullable()
    .describe('`max-age` of Strict-Transport-Security; 0 makes browsers forget, null sends none.'),
  hsts_subdomains: z.boolean(),
  hsts_preload: z.boolean(),
  allow: z
    .array(z.string())
    .describe(
      'Addresses and CIDRs that may ask, the others get a 403; empty: everybody. Of mode tcp others are closed to; ' +
        'empty: no one but formations that it is attached to.',
    ),
  trusted: z
    .array(z.string())
    .describe(
      'Addresses and CIDRs of proxies before these, whose X-Forwarded-For, -Proto and -Port are believed; with ' +
        'proxy_protocol its header alone.',
    ),
  proxy_protocol: z
    .boolean()
    .describe('Connections to ports 80 and 443 begin with a header of the PROXY protocol, 1 or 2.'),
  rate_limit: z
    .string()
    .nullable()
    .describe('Requests that one client may send to each proxy, `20/s` or `300/m`; more are answered 429.'),
  rate_burst: z
    .int()
    .nullable()
    .describe('How many more may come at once; null: as many as the rate gives a second, at least one.'),
  error_page: z
    .partialRecord(page, z.string())
    .describe("Where pages in the place of the proxies' own were fetched, without queries."),
};

export const proxySchema = z
  .object({
    ...shown,
    set: z.array(z.string()).describe('Names of the settings that are set; the others are as by default.'),
  })
  .meta({ id: 'ProxySettings' });

/** Name in the API -> name in the store. */
const stored = {
  mode: 'mode',
  port: 'tcpPort',
  type: 'tcpType',
  algorithm: 'algorithm',
  body_size: 'bodySize',
  timeout: 'timeoutSeconds',
  enforce_https: 'enforceHttps',
  hsts: 'hsts',
  hsts_subdomains: 'hstsSubdomains',
  hsts_preload: 'hstsPreload',
  allow: 'allow',
  trusted: 'trusted',
  proxy_protocol: 'proxyProtocol',
  rate_limit: 'rateLimit',
  rate_burst: 'rateBurst',
  error_page: 'errorPages',
} as const satisfies Record<keyof typeof shown, keyof ProxySettings>;

/** Which values may be is merge-proxy-settings' to say; null puts back the default. */
const networks = structure(
  z.array(z.string('must be an address or CIDR'), 'must be a list of addresses and CIDRs'),
)
  .nullable()
  .optional();
const flag = z.boolean('must be true or false').nullable().optional();
const seconds = z.number('must be a number of seconds').nullable().optional();
const pageUrl = z
  .url({ protocol: /^https?$/, error: 'is not a valid URL: expected e.g. https://example.com/503.html' })
  .max(2000);
const changes = z.strictObject({
  mode: z.enum(proxyModes, 'must be http or tcp').nullable().optional(),
  port: z
    .number('must be a number')
    .nullable()
    .optional()
    .describe('With mode tcp; where none is named, the controller gives one from 10000 on.'),
  type: z.string('must be a process type').nullable().optional(),
  algorithm: algorithm.nullable().optional(),
  body_size: z.union([z.string(), z.number()], 'must be an amount like "20m"').nullable().optional(),
  timeout: seconds,
  enforce_https: flag,
  hsts: seconds,
  hsts_subdomains: flag,
  hsts_preload: flag,
  allow: networks,
  trusted: networks,
  proxy_protocol: flag,
  rate_limit: z.string('must be a rate like "20/s"').nullable().optional(),
  rate_burst: z.number('must be a number of requests').nullable().optional(),
  error_page: z
    .partialRecord(page, pageUrl.nullable())
    .nullable()
    .optional()
    .describe("By status, or `maintenance`: a URL that is fetched once, now; null: the proxies' own page."),
});

export const showProxy = forFormation({
  may: 'see',
  summary: 'Show how the proxies treat requests.',
  answers: answersWith(proxySchema),
  answer: ({ formation }) => Promise.resolve(ok(proxyJson(formation.proxySettings))),
});

export const changeProxy = forFormation({
  may: 'network',
  summary: 'Change how the proxies treat requests, and tell them; null puts back a default.',
  answers: operationAnswers,
  body: changes,
  audit: ({ error_page: pages, ...others }) => ({ ...others, ...pagesForAudit(pages) }),
  headers: ifMatch,
  answer: async (call) => {
    const { parts, user, formation, request, body } = call;
    return respondWithOperation(
      call,
      await parts.formations.changeProxySettings(user, formation, changesOf(body), (present) =>
        requireMatch(request, proxyJson(present)),
      ),
    );
  },
});

function changesOf(body: z.output<typeof changes>): ProxyRequest {
  const pairs = Object.entries(body).map(([name, value]) => [stored[name as keyof typeof stored], value]);
  return Object.fromEntries(pairs) as ProxyRequest;
}

/** Without queries, which may be signatures. */
function pagesForAudit(pages: PageChanges | null | undefined): Record<string, unknown> {
  if (pages === undefined) return {};
  const entries = Object.entries(pages ?? {}).map(([name, url]) => [name, url && url.split('?')[0]]);
  return { error_page: pages && Object.fromEntries(entries) };
}

function modeJson({
  mode,
  tcpPort,
  tcpType,
  timeoutSeconds,
}: ProxySettings): Pick<Json<typeof proxySchema>, 'mode' | 'port' | 'type' | 'timeout'> {
  const timeout = timeoutSeconds ?? (mode === 'tcp' ? defaultTcpTimeout : defaultProxyTimeout);
  return { mode: mode ?? 'http', port: tcpPort ?? null, type: tcpType ?? null, timeout };
}

function proxyJson(settings: ProxySettings): Json<typeof proxySchema> {
  return {
    ...modeJson(settings),
    algorithm: settings.algorithm ?? 'round_robin',
    body_size: settings.bodySize ?? null,
    enforce_https: settings.enforceHttps ?? false,
    hsts: settings.hsts ?? null,
    hsts_subdomains: settings.hstsSubdomains ?? false,
    hsts_preload: settings.hstsPreload ?? false,
    allow: settings.allow ?? [],
    trusted: settings.trusted ?? [],
    proxy_protocol: settings.proxyProtocol ?? false,
    rate_limit: settings.rateLimit ?? null,
    rate_burst: settings.rateBurst ?? null,
    error_page: Object.fromEntries(
      Object.entries(settings.errorPages ?? {}).map(([name, { url }]) => [name, url]),
    ),
    set: Object.keys(shown).filter((name) => settings[stored[name as keyof typeof stored]] !== undefined),
  };
}
