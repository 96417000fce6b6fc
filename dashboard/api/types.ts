import type { components, operations } from './schema.js';

export type Schemas = components['schemas'];
/** The JSON that a request sends. */
type Sent<O extends { requestBody: { content: { 'application/json': unknown } } }> =
  O['requestBody']['content']['application/json'];
export type Formation = Schemas['ShownFormation'];
export type ListedFormation = Schemas['Formation'];
export type Operation = Schemas['Operation'];
/** What a plan has found: the result of an operation `why-run`. */
export type Forecast = Schemas['Forecast'];
export type NodeForecast = Schemas['NodeForecast'];
export type NewestEvents = Schemas['NewestEvents'];
/** As HealthChecks, whose range of statuses is no tuple. */
export type Release = Omit<Schemas['Release'], 'checks'> & { readonly checks: HealthChecks['checks'] };
export type ReleaseOutput = Schemas['ReleaseOutput'];
export type Node = Schemas['Node'];
export type Layer = Schemas['Layer'];
export type LayerKind = Layer['kind'];
export type UsableFlavor = Schemas['UsableFlavor'];
export type HostKey = Schemas['HostKey'];
export type Guest = Schemas['Guest'];
export type HostShare = Schemas['HostShare'];
export type Quota = Schemas['Quota'];
export type Container = Schemas['Container'];
export type Build = Schemas['Build'];
export type BuildOutput = Schemas['BuildOutput'];
export type Buildpacks = Schemas['Buildpacks'];
export type Config = Schemas['Config'];
export type Domain = Schemas['Domain'];
export type Certificate = Schemas['Certificate'];
export type NewCertificate = Sent<operations['post_formations_formation_certs']>;
export type GeneratedCert = Sent<
  Required<Pick<operations['post_formations_formation_generated_certs'], 'requestBody'>>
>;
export type AutoCertificates = Schemas['AutoCertificates'];
type SentCheck = Schemas['HealthChecks']['checks'][string];
/** `status`: the lowest and the highest that is good. */
export type HealthCheck = Omit<SentCheck, 'status'> & { readonly status: number[] | null };
export interface HealthChecks {
  readonly release: number | null;
  readonly checks: Readonly<Record<string, HealthCheck>>;
}
/** Amounts by process type; null takes a limit away. */
export interface LimitChanges {
  readonly memory?: Record<string, string | null>;
  readonly cpus?: Record<string, number | null>;
}

/** A check with what is set of it. */
export type GivenCheck = Pick<HealthCheck, 'kind'> & {
  [K in Exclude<keyof HealthCheck, 'kind' | 'status'>]?: NonNullable<HealthCheck[K]>;
} & { status?: [number, number] };
export type Limits = Schemas['Limits'];
export type Tags = Schemas['Tags'];
/** Tags by process type; null takes one away, or all that a type asks for. */
export type TagChanges = Record<string, Record<string, string | null> | null>;
export type Timeouts = Schemas['Timeouts'];
/** Seconds by process type; null puts the default back. */
export type TimeoutChanges = Record<string, number | null>;
export type ProxySettings = Schemas['ProxySettings'];
/** Null puts a default back. */
export type ProxyChanges = NonNullable<
  operations['post_formations_formation_proxy']['requestBody']
>['content']['application/json'];
export type KeptLogs =
  operations['get_formations_formation_logs_kept']['responses'][200]['content']['application/json'];
export type Run = Schemas['Run'];
export type Perm = Schemas['Perm'];
export type Transfer = Schemas['Transfer'];
export type Service = Schemas['Service'];
export type NewService = Sent<operations['post_formations_formation_services']>;
export type Metrics = Schemas['Metrics'];
export type Session = Schemas['Session'];
export type AuditEntry = Schemas['AuditEntry'];
export type ListedUser = User & { readonly created_at: string };
export type Token = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type Key = Schemas['Key'];
export type OpenAlert = Schemas['OpenAlert'];
export type Alert = Schemas['Alert'];
export type AlertRule = Schemas['AlertRule'];
export type NewAlertRule = Sent<operations['post_formations_formation_alerts']>;
export type Hook = Schemas['Hook'];
export type NewHook = Schemas['NewHook'];
export type Delivery = Schemas['Delivery'];
export type Drain = Schemas['Drain'];
export type NewDrain = Sent<operations['post_formations_formation_drains']>;
export type User = Schemas['User'];
export type Info = Schemas['Info'];
/** What somebody may do to a formation. */
export type Action = Formation['may'][number];

export type Flavor = Schemas['Flavor'];
export type FlavorCheck = Schemas['FlavorCheck'];
export type FlavorShare = Schemas['FlavorShare'];
export type Provider = Schemas['Provider'];
export type ProviderType = Schemas['ProviderType'];
export type AllowedProvider = Schemas['AllowedProvider'];

/** What of a layer can be changed later. */
export interface LayerChanges {
  /** Of this person by its name, else `OWNER/FLAVOR`. */
  readonly flavor?: string;
  readonly run_list?: string[];
  readonly attributes?: Record<string, unknown>;
  readonly environment?: string;
  /** What is not named stays; null takes a tag away. */
  readonly tags?: Record<string, string | null>;
  readonly level?: number;
}
/** What formations on the nodes of another may use; null takes a limit away, and what is not named stays. */
export interface QuotaChanges {
  readonly containers?: number | null;
  /** `512M`, of all containers together. */
  readonly memory?: string | null;
  /** Cores, of all containers together. */
  readonly cpus?: number | null;
  /** `5G`: the slug or image, once for each container. */
  readonly disk?: string | null;
  /** Of those to come: how many each person may have who has no role in the host. */
  readonly guests?: number | null;
}

/** One field that the API refuses, as `params.memory`, and why. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** One event of a stream. */
export interface StreamEvent {
  readonly type: string;
  /** Grows along the stream; 0 where the stream has none. */
  readonly id: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What of the logs is asked for. */
export interface LogQuery {
  /** A process type, or one of its containers: `web`, `web.1`; empty: all. */
  readonly ps: string;
  /** Lines with this text; empty: all. */
  readonly grep: string;
  /** What apps write, or what the platform says of them; empty: both. */
  readonly source: '' | 'app' | 'deis';
  /** Moments, as the API takes them; empty: without an end. */
  readonly since: string;
  readonly until: string;
  readonly lines: number;
}

/** What becomes of what is on a node that goes: `keep` of a host that was there before, `purge` of data of recipes. */
export type NodeEnd = 'usual' | 'keep' | 'purge';
