import type { Filter, Tag } from '@aws-sdk/client-ec2';
import type { ProviderLayer } from '../../../provider.js';

/** Keys of the tags on everything that deis makes. */
export const tagKeys = {
  createdBy: 'deis:created-by',
  formation: 'deis:formation',
  formationId: 'deis:formation-id',
  layer: 'deis:layer',
  kind: 'deis:kind',
  node: 'deis:node',
} as const;

/** Tags by which an operator and we find what belongs to a layer. @param instance of the controller */
export function layerTags(instance: string, layer: ProviderLayer): Tag[] {
  return [
    { Key: tagKeys.createdBy, Value: instance },
    { Key: tagKeys.formation, Value: layer.formation },
    { Key: tagKeys.formationId, Value: layer.formationId },
    { Key: tagKeys.layer, Value: layer.layer },
    { Key: tagKeys.kind, Value: layer.kind },
  ];
}

/** What belongs to one node: the layer's tags, its uuid, and its name for the console. */
export function nodeTags(
  instance: string,
  layer: ProviderLayer,
  node: { readonly uuid: string; readonly name: string },
): Tag[] {
  return [
    ...layerTags(instance, layer),
    { Key: tagKeys.node, Value: node.uuid },
    { Key: 'Name', Value: node.name },
  ];
}

/** Things whose tag has one of these values: at most 200. */
export function tagFilter(key: string, ...values: readonly string[]): Filter {
  return { Name: `tag:${key}`, Values: [...values] };
}

/** As the filter sees it: a tag of no text is not the same as none. */
export function hasTag(thing: { readonly Tags?: Tag[] | undefined }, key: string, value: string): boolean {
  return thing.Tags?.some((tag) => tag.Key === key && tag.Value === value) ?? false;
}

export function tagOf(thing: { readonly Tags?: Tag[] | undefined }, key: string): string {
  return thing.Tags?.find((tag) => tag.Key === key)?.Value ?? '';
}
