import { async, listOf, of, type Listed } from '../asked.js';
import { answerOf, answerWithTag, api } from '../client.js';
import type { Tagged } from '../app/setting-requests.js';
import type { HostKey, Layer, LayerChanges, LayerKind, Operation, UsableFlavor } from '../types.js';

const at = (formation: string, layer: string) => ({ params: { path: { formation, layer } } });

export interface LayerRequest extends Omit<LayerChanges, 'tags'> {
  readonly id: string;
  readonly flavor: string;
  readonly kind?: LayerKind;
  readonly ssh_username?: string;
  readonly tags?: Record<string, string>;
}

/** Flavors that this person may make layers of here. */
export const listUsableFlavors = (formation: string): Promise<Listed<UsableFlavor>> =>
  answerOf(api.GET('/api/formations/{formation}/flavors', listOf(formation)));
export const readLayer = (formation: string, layer: string): Promise<Tagged<Layer>> =>
  answerWithTag(api.GET('/api/formations/{formation}/layers/{layer}', at(formation, layer)));
export const createLayer = (formation: string, body: LayerRequest): Promise<Layer> =>
  answerOf(api.POST('/api/formations/{formation}/layers', { ...of(formation), body }));
/** @throws Refusal 412 when it has changed since */
export const updateLayer = (
  formation: string,
  layer: string,
  body: LayerChanges,
  tag: string,
): Promise<Layer> =>
  answerOf(
    api.PATCH('/api/formations/{formation}/layers/{layer}', {
      ...at(formation, layer),
      headers: { 'If-Match': tag },
      body,
    }),
  );
export const destroyLayer = (formation: string, layer: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/formations/{formation}/layers/{layer}', at(formation, layer)));

/** The SSH key that a host shows which may become a node. */
export const readHostKey = (formation: string, layer: string, address: string): Promise<HostKey> =>
  answerOf(
    api.GET('/api/formations/{formation}/host-key', {
      params: { path: { formation }, query: { address, layer } },
    }),
  );
/** A host that exists becomes a node. */
export const adoptHost = (
  formation: string,
  body: {
    readonly layer: string;
    readonly address: string;
    readonly private_address?: string;
    readonly host_key: string;
  },
): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/nodes', { ...of(formation), ...async, body }));
