/** What proxies pass on: requests of HTTP, or connections of TCP as they are. */
export const proxyModes = ['http', 'tcp'] as const;

export const balancingAlgorithms = ['round_robin', 'least_conn', 'ip_hash'] as const;
/** nginx's word for who gets a request. */
export type BalancingAlgorithm = (typeof balancingAlgorithms)[number];

/** Seconds that an app may be silent where nothing else is set. */
export const defaultProxyTimeout = 1300;

/** What an app's own page may stand for: a status that a proxy answers by itself, or the page under maintenance. */
export const errorPages = ['502', '503', '504', 'maintenance'] as const;
export type ErrorPage = (typeof errorPages)[number];

export interface OwnPage {
  /** Where it was fetched, without a query. */
  readonly url: string;
  /** HTML. */
  readonly content: string;
}

/** Seconds that a connection of mode tcp may be silent where nothing else is set: pools keep theirs for hours. */
export const defaultTcpTimeout = 86_400;

/** How proxies treat requests; what is absent is as by default. */
export interface ProxySettings {
  /** `tcp`: connections are passed on as they are, at `tcpPort`. Absent: requests of HTTP are. */
  readonly mode?: 'tcp';
  /** Of mode tcp: where proxies listen. */
  readonly tcpPort?: number;
  /** Of mode tcp: the process type that connections go to. Default: web. */
  readonly tcpType?: string;
  readonly algorithm?: BalancingAlgorithm;
  /** Bytes of a request's body. Default: the layer's attribute `client_max_body_size`, else 1 MiB. */
  readonly bodySize?: number;
  /** Seconds that the app may take between two reads or writes. Default: `defaultProxyTimeout`. */
  readonly timeoutSeconds?: number;
  /** Plain requests are redirected. */
  readonly enforceHttps?: boolean;
  /** `max-age` of Strict-Transport-Security, in seconds; 0 makes browsers forget. Absent: not sent. */
  readonly hsts?: number;
  readonly hstsSubdomains?: boolean;
  readonly hstsPreload?: boolean;
  /** CIDRs that may ask. Absent: everybody; of mode tcp nobody but those that it is attached to. */
  readonly allow?: readonly string[];
  /** CIDRs of proxies before ours, whose X-Forwarded-For, -Proto and -Port are believed. Absent: nobody's. */
  readonly trusted?: readonly string[];
  /** Connections begin with a header of the PROXY protocol, believed of `trusted`; their X-Forwarded-* are not. */
  readonly proxyProtocol?: boolean;
  /** Requests that one client may send, to each proxy: `20/s`, `300/m`. Absent: as many as they like. */
  readonly rateLimit?: string;
  /** How many more may come at once. Default: as many as the rate gives a second, at least one. */
  readonly rateBurst?: number;
  /** Pages in the place of the proxies' own. */
  readonly errorPages?: Readonly<Partial<Record<ErrorPage, OwnPage>>>;
}
