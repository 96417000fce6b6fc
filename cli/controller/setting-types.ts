/** Settings of process types and proxies as the controller's API answers them (JSON, snake_case). */

export interface Limits {
  readonly release: number | null;
  /** Process type -> bytes, and shares of one core. */
  readonly types: Readonly<Record<string, { readonly memory: number | null; readonly cpus: number | null }>>;
}

export interface HealthChecks {
  readonly release: number | null;
  /** By process type. */
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

export interface HealthCheck {
  readonly kind: string;
  readonly path: string | null;
  readonly status: readonly [number, number] | null;
  /** Seconds. */
  readonly timeout: number | null;
  /** Seconds. */
  readonly interval: number | null;
  readonly retries: number | null;
  /** Seconds. */
  readonly start: number | null;
  /** Seconds. */
  readonly deadline: number | null;
}

export interface Tags {
  readonly release: number | null;
  /** Process type -> name -> value. */
  readonly tags: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ProxySettings {
  /** `http` or `tcp`; absent from a controller of before. */
  readonly mode?: string;
  /** Of mode tcp. */
  readonly port?: number | null;
  /** Of mode tcp: process type; null: web. */
  readonly type?: string | null;
  readonly algorithm: string;
  /** Bytes. */
  readonly body_size: number | null;
  /** Seconds. */
  readonly timeout: number;
  readonly enforce_https: boolean;
  /** Seconds. */
  readonly hsts: number | null;
  readonly hsts_subdomains: boolean;
  readonly hsts_preload: boolean;
  readonly allow: readonly string[];
  readonly trusted: readonly string[];
  readonly proxy_protocol: boolean;
  /** `20/s` */
  readonly rate_limit: string | null;
  readonly rate_burst: number | null;
  /** Status, or `maintenance` -> URL. */
  readonly error_page: Readonly<Record<string, string>>;
  /** Names of those that are set; absent from a controller that does not tell. */
  readonly set?: readonly string[];
}
