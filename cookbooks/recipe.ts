import type { Databag } from './databag.js';
import type { Resource } from './resource.js';

export type LayerKind = 'runtime' | 'proxy' | 'custom';

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
}

/**
 * What a recipe may read of the databag beside names and addresses of nodes. `apps`: the node's placements,
 * releases, and with them config. `proxy`: backends and certificate keys; `site`: the rest of the site, as
 * domains and certificates.
 */
export type DatabagPart = 'apps' | 'proxy' | 'site';

/** A recipe declares resources; it is pure: same node and databag, same resources. */
export type Recipe = (node: RecipeNode, databag: Databag) => Resource[];
