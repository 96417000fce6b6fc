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

export function tagFilter(key: string, value: string): Filter {
  return { Name: `tag:${key}`, Values: [value] };
}

export function tagOf(thing: { readonly Tags?: Tag[] | undefined }, key: string): string {
  return thing.Tags?.find((tag) => tag.Key === key)?.Value ?? '';
}
