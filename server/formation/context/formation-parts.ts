import type { NodeRegistry } from '../../../cookbooks/recipe.js';
import type { Recipes } from '../../../cookbooks/run-list.js';
import type { DatabagLogs } from '../../../cookbooks/databag.js';
import type { Secret } from '../../../base/secret.js';
import type { CloudConfigRequest } from '../../../provisioner/cloud-config.js';
import type { EnterNode } from '../../../provisioner/node-commands/node-commands.js';
import type { Provider } from '../../../provisioner/provider.js';
import type { FirstLogin, FirstLoginOptions } from '../../../provisioner/ssh/first-login.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { Observer } from '../../observe/observer.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import type { LogReader } from './kept/log-reader.js';
import type { NodeFleet } from './node-fleet.js';

/**
 * Provider type -> how to connect with a user's credentials, to where a flavor's params say (a region).
 * @throws UserError for credentials that cannot be.
 */
export type ProviderFactories = ReadonlyMap<
  string,
  (creds: Readonly<Record<string, unknown>>, params?: Readonly<Record<string, unknown>>) => Provider
>;

export interface FormationSettings {
  /** A retired container is stopped after this long at the latest. */
  readonly drainSeconds: number;
  /** A new container must be healthy after this long. */
  readonly healthSeconds: number;
  /** A release phase must have ended after this long, and postdeploy of an app.json. */
  readonly releaseSeconds: number;
  /** One-off commands that may run at once. */
  readonly runs: { readonly ofFormation: number; readonly ofUser: number };
  /** What a controller has left behind is another's business after this long. */
  readonly leaseMs: number;
  /** Between two looks whether what is waited for has come. */
  readonly lookMs: number;
  readonly acme: AcmeTerms;
  /** Where the controller itself listens; one of its nodes may be on its machine. Absent: nowhere that is known. */
  readonly ownPorts?: readonly number[];
  /** Formations that share nodes answer to a name below it. Absent: to their own domains alone. */
  readonly domain?: string | undefined;
}

/** Where certificates are ordered. */
export interface AcmeTerms {
  /** URL of the CA's directory. */
  readonly directory: string;
  /** The operator has agreed to the CA's terms of service: nothing is ordered otherwise. */
  readonly agreed: boolean;
}

/** Who downloads, and from where: for where settings name no node-facing URL. */
export interface DownloadEnds {
  /** Addresses of the controller as the nodes see it. */
  readonly controllers: readonly string[];
  /** Addresses of the node: it alone may use the URL. */
  readonly clients: readonly string[];
}

/** A node that pulls images of its formation. */
export interface PullingNode {
  readonly node: string;
  readonly formation: string;
  /** Addresses of the controller as the nodes see it. */
  readonly controllers: readonly string[];
}

/** An answer of status 200. */
export interface PageAnswer {
  readonly body: AsyncIterable<Buffer>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** GETs a page from an address that users may name. @throws UserError */
export type OpenPage = (url: string, signal: AbortSignal) => Promise<PageAnswer>;

/**
 * Everything that the functions of server/formation stand on; given to them by the composition root, or by
 * tests with fakes.
 */
export interface FormationParts {
  readonly stores: Stores;
  /** Told of converges. Absent: nobody is. */
  readonly observer?: Observer;
  /** Of the types that are enabled. */
  readonly providers: ProviderFactories;
  /** Of the types that are not: they still converge and terminate what they launched. */
  readonly disabledProviders: ProviderFactories;
  /** A fleet of its own for each operation, closed at its end. */
  readonly openFleet: () => NodeFleet;
  /**
   * The recipes of a run list, the operator's cookbooks loaded anew. @throws UserError for one that is not
   * there or cannot be loaded
   */
  readonly recipesOf: (runList: readonly string[]) => Promise<Recipes>;
  /** Reaches one node, for work outside of a fleet: one-off commands, logs, hosts that exist already. */
  readonly enterNode: EnterNode;
  /** Where lines of logs come from. */
  readonly logs: LogReader;
  /**
   * Where nodes of a formation send their lines, given all the formation's nodes and the controller's addresses
   * as they see them; the certificates are by the nodes' ids. Undefined: there is no log server. Absent: never.
   */
  readonly logSending?: (
    formationId: number,
    nodes: readonly Pick<NodeRecord, 'id' | 'createdAt'>[],
    controllers: readonly string[],
  ) => Promise<DatabagLogs | undefined>;
  /** Whether drains, which users name, dial an address. */
  readonly allowsDrainTo: (address: string) => boolean;
  /**
   * Resolves when the node answers with its pinned key and its first boot is done. @throws RemoteFailure,
   * which tells what the boot said
   */
  readonly waitForSsh: (
    target: SshTarget,
    options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ) => Promise<unknown>;
  /**
   * Asks a machine that has booted for its processors and, where told, gives it a host key that it makes
   * itself. @throws RemoteFailure
   */
  readonly firstLogin: (target: SshTarget, options: FirstLoginOptions) => Promise<FirstLogin>;
  /** Processors that slugs and the stack image are for, as `uname -m` says it. */
  readonly machine: string;
  /** The text of a node's first boot, beginning with `#cloud-config`. */
  readonly cloudConfig: (request: CloudConfigRequest) => Secret;
  /**
   * A URL, valid for a short while, under which a node downloads a slug (by its path) or an image (by
   * `sha256:...`).
   */
  readonly signDownload: (key: string, ends: DownloadEnds) => Promise<string> | string;
  /** Whether the slug server has a slug, or the archive of a runtime, by its path. Absent: nobody looks. */
  readonly hasSlug?: (path: string) => Promise<boolean>;
  /**
   * How a node pulls images of its formation, for a short while. Absent: no process of this installation keeps
   * any. @throws UserError when the registry cannot be had
   */
  readonly registryFor?: (node: PullingNode) => Promise<NodeRegistry>;
  readonly openPage: OpenPage;
  /** Removes the formation's repository, slugs and caches; safe to repeat. */
  readonly removeFormationFiles: (formationName: string) => Promise<void>;
  readonly settings: FormationSettings;
  readonly now: () => Date;
  /** A random uuid. */
  readonly newId: () => string;
  /** 0 <= x < 1 */
  readonly random: () => number;
}
