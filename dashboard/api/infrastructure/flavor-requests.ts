import { most, type Listed } from '../asked.js';
import { answerOf, answerWithTag, api } from '../client.js';
import type { Tagged } from '../app/setting-requests.js';
import type { Flavor, FlavorCheck, FlavorShare } from '../types.js';

const at = (flavor: string) => ({ params: { path: { flavor } } });

export interface FlavorRequest {
  readonly params: Record<string, unknown>;
  /** cloud-config */
  readonly init: string;
}

export const listFlavors = (): Promise<Listed<Flavor>> => answerOf(api.GET('/api/flavors', { params: most }));
export const readFlavor = (flavor: string): Promise<Tagged<Flavor>> =>
  answerWithTag(api.GET('/api/flavors/{flavor}', at(flavor)));
export const createFlavor = (
  body: FlavorRequest & { readonly id: string; readonly provider: string },
): Promise<Flavor> => answerOf(api.POST('/api/flavors', { body }));
/** @throws Refusal 412 when it has changed since */
export const updateFlavor = (flavor: string, body: FlavorRequest, tag: string): Promise<Flavor> =>
  answerOf(api.PATCH('/api/flavors/{flavor}', { ...at(flavor), headers: { 'If-Match': tag }, body }));
export const deleteFlavor = (flavor: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/flavors/{flavor}', at(flavor)));
export const checkFlavor = (flavor: string): Promise<FlavorCheck> =>
  answerOf(api.POST('/api/flavors/{flavor}/check', at(flavor)));

export const listFlavorShares = (flavor: string): Promise<Listed<FlavorShare>> =>
  answerOf(api.GET('/api/flavors/{flavor}/shares', { params: { path: { flavor }, query: { limit: 1000 } } }));
export const shareFlavor = (flavor: string, formation: string): Promise<FlavorShare> =>
  answerOf(api.POST('/api/flavors/{flavor}/shares', { ...at(flavor), body: { formation } }));
export const unshareFlavor = (flavor: string, share: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/flavors/{flavor}/shares/{share}', { params: { path: { flavor, share } } }));
