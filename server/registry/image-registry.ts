import type { NodeRegistry } from '../../cookbooks/recipe.js';
import type { ImageLayout } from './image-layout.js';
import type { PushedImage } from './push-image.js';

/** Where images of apps lie: what builds send to, and nodes pull from. */
export interface ImageRegistry {
  /**
   * Sends an image to the formation's repository, under its id. Safe to repeat. @throws when the registry
   * cannot be had or refuses
   */
  publish(
    formation: string,
    image: { readonly folder: string; readonly layout: ImageLayout },
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<PushedImage>;
  /** How a node pulls images of its formation. @param controllers addresses under which it reaches the controller */
  forNode(node: string, formation: string, controllers: readonly string[]): Promise<NodeRegistry>;
}
