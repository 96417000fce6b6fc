/** How a setting is typed. `choice` is of one that has names; `page` an address that is fetched once. */
type Kind = 'text' | 'number' | 'switch' | 'networks' | 'choice' | 'page';

/** One setting of the proxies. */
export interface ProxyField {
  /** As the API calls it; `error_page.503` is one page of `error_page`. */
  readonly name: string;
  readonly kind: Kind;
  readonly label: string;
  readonly help?: string;
  /** What it is while nothing is typed. */
  readonly none: string;
  /** The same of mode tcp, where that is another. */
  readonly noneOfTcp?: string;
  /** Of a choice: what there is -> what it is called; the first is the default. */
  readonly of?: Readonly<Record<string, string>>;
  /** In which mode it says something; absent: in both. */
  readonly mode?: 'http' | 'tcp';
}

/** Settings that belong together. */
export interface ProxyGroup {
  readonly title: string;
  readonly help?: string;
  /** What the API names when it refuses all of them. */
  readonly name?: string;
  readonly fields: readonly ProxyField[];
}

/** What is passed on. */
const modes = {
  http: 'requests of HTTP',
  tcp: 'connections of TCP, as they are',
} as const;

/** Who gets a request. */
const algorithms = {
  round_robin: 'each container in turn',
  least_conn: 'who has fewest under way',
  ip_hash: 'by the network of the client',
} as const;

const ofHttp = (fields: readonly ProxyField[]): readonly ProxyField[] =>
  fields.map((field) => ({ ...field, mode: 'http' as const }));

const requests: readonly ProxyField[] = [
  {
    name: 'mode',
    kind: 'choice',
    of: modes,
    label: 'What they pass on',
    help: 'Of TCP the app has no domains, certificates and maintenance; others attach to it (Services).',
    none: modes.http,
  },
  {
    name: 'port',
    kind: 'number',
    mode: 'tcp',
    label: 'Port at which they listen',
    none: 'one from 10000 on that is free',
  },
  {
    name: 'type',
    kind: 'text',
    mode: 'tcp',
    label: 'Process type that connections go to',
    none: 'web',
  },
  {
    name: 'algorithm',
    kind: 'choice',
    of: algorithms,
    label: 'Who gets a request',
    none: algorithms.round_robin,
  },
  {
    name: 'body_size',
    kind: 'text',
    mode: 'http',
    label: 'Largest body of a request',
    help: 'Bytes, or with k, m or g, e.g. 20m. Larger ones get 413.',
    none: 'as the layer says, else 1m',
  },
  {
    name: 'timeout',
    kind: 'number',
    label: 'Seconds that the app may be silent',
    help: 'Then 504; a connection of TCP is closed.',
    none: 'the default',
  },
];

const https = ofHttp([
  {
    name: 'enforce_https',
    kind: 'switch',
    label: 'Redirect plain requests to https',
    help: 'It needs a certificate, or trusted proxies that speak TLS.',
    none: 'off',
  },
  {
    name: 'hsts',
    kind: 'number',
    label: 'Seconds of HSTS',
    help: 'So long browsers come by https alone, e.g. 10886400, 18 weeks. 0 makes them forget.',
    none: 'none is sent',
  },
  { name: 'hsts_subdomains', kind: 'switch', label: 'HSTS for names below it, too', none: 'off' },
  { name: 'hsts_preload', kind: 'switch', label: 'HSTS in the lists of browsers', none: 'off' },
]);

const clients: readonly ProxyField[] = [
  {
    name: 'allow',
    kind: 'networks',
    label: 'Addresses and networks that may ask',
    help: 'One on each line, e.g. 203.0.113.0/24. Others get 403, or no connection of TCP.',
    none: 'everybody',
    noneOfTcp: 'formations that are attached',
  },
  {
    name: 'rate_limit',
    kind: 'text',
    mode: 'http',
    label: 'Requests that one client may send',
    help: 'To each proxy, e.g. 20/s or 300/m. More get 429.',
    none: 'as many as it likes',
  },
  {
    name: 'rate_burst',
    kind: 'number',
    mode: 'http',
    label: 'How many more may come at once',
    none: 'as many as a second gives',
  },
];

const balancer = ofHttp([
  {
    name: 'trusted',
    kind: 'networks',
    label: 'Addresses and networks of proxies before these',
    help: 'Their X-Forwarded-For, -Proto and -Port are believed.',
    none: 'none',
  },
  {
    name: 'proxy_protocol',
    kind: 'switch',
    label: 'Connections begin with a PROXY header',
    help: 'It is believed of those networks. Connections without it are closed.',
    none: 'off',
  },
]);

const page = (name: string, label: string): ProxyField => ({
  name: `error_page.${name}`,
  kind: 'page',
  mode: 'http',
  label,
  none: "the proxies' own",
});

/** All settings, in the order in which a form asks for them. */
export const proxyGroups: readonly ProxyGroup[] = [
  { title: 'What is passed on', fields: requests },
  { title: 'HTTPS', fields: https },
  { title: 'Who may ask', fields: clients },
  { title: 'Behind a load balancer', fields: balancer },
  {
    title: 'Pages of your own',
    name: 'error_page',
    help:
      'Addresses of HTML, 64 KiB at most, e.g. https://example.com/503.html. Each is fetched once, when you save ' +
      'it, and shown here without its query.',
    fields: [
      page('502', 'The app broke off (502)'),
      page('503', 'No container answers (503)'),
      page('504', 'The app was silent (504)'),
      page('maintenance', 'Maintenance (503)'),
    ],
  },
];

/** The same without their groups. */
export const proxyFields = proxyGroups.flatMap(({ fields }) => fields);
