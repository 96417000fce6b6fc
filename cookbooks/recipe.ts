import type { Databag } from './databag.js';
import type { Resource } from './resource.js';
import type { Secret } from '../base/secret.js';

export type LayerKind = 'runtime' | 'proxy' | 'box' | 'custom';

/** A registry as one node gets to it, for this converge alone; neither hashed nor stored. */
export interface NodeRegistry {
  /** `HOST:PORT` */
  readonly address: string;
  /** The address of that host. Absent: its name says it, in DNS or by being an address. */
  readonly at?: string;
  /** The formation's repository there, where it is not called as the formation. */
  readonly repository?: string;
  /** PEM of who issued its certificate. Absent: an authority that nodes know. */
  readonly authority?: string;
  /** Lets this node pull images of its formation, for a short while. */
  readonly token?: Secret;
  /** Instead of a token `USERNAME:PASSWORD`; neither where the registry asks for none. */
  readonly login?: Secret;
}

/** What a recipe may know of the node that it describes. */
export interface RecipeNode {
  readonly name: string;
  readonly layer: string;
  readonly kind: LayerKind;
  readonly address: string;
  /** The user that SSH enters as (in sudoers). */
  readonly username: string;
  /** The layer's attributes, Chef's initial attributes. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /**
   * Signed URLs made for this converge alone: slug path or image digest (`sha256:...`) -> URL.
   * Neither hashed nor stored.
   */
  readonly downloads: Readonly<Record<string, string>>;
  /** Where images of the app come from. Absent: there is no registry. */
  readonly registry?: NodeRegistry;
}

/**
 * What a recipe may read of the databag beside names and addresses of nodes. `apps`: the node's placements,
 * releases, and with them config. `proxy`: backends and certificate keys; `site`: the rest of the site, as
 * domains and certificates.
 */
export type DatabagPart = 'apps' | 'proxy' | 'site';

/** A recipe declares resources; it is pure: same node and databag, same resources. */
export type Recipe = (node: RecipeNode, databag: Databag) => Resource[];
