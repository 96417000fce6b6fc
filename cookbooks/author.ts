/*
 * What a cookbook of an operator imports as `deis-classic/cookbook`: a constructor for each resource, and the
 * types of a recipe. The module's place and names are a promise to people outside of this repository.
 */
import type { Resource, ResourceKind, ResourceOf } from './resource.js';

export type { Databag, DatabagProxy, Placement } from './databag.js';
export { UserError } from '../base/errors.js';
export type { LayerKind, Recipe, RecipeNode } from './recipe.js';
export type { Resource, ResourceKind, ResourceOf } from './resource.js';
export { resourceId } from './resource.js';
export type { CommonProperties, Notification } from './resources/common.js';
export { Secret } from '../base/secret.js';

/** What is said of a resource beside its kind and name. */
export type Properties<K extends ResourceKind> = Omit<ResourceOf<K>, 'kind' | 'name'>;

/** Makes resources of one kind; the properties may be left out where none is required. */
export type Constructor<K extends ResourceKind> = (
  name: string,
  ...properties: Partial<Properties<K>> extends Properties<K>
    ? [properties?: Properties<K>]
    : [properties: Properties<K>]
) => Resource;

function of<K extends ResourceKind>(kind: K): Constructor<K> {
  return (name: string, properties?: object) => ({ ...properties, kind, name }) as Resource;
}

export const aptRepository = of('apt_repository');
export const archive = of('archive');
export const containerHealth = of('container_health');
export const childrenAbsent = of('children_absent');
export const containersAbsent = of('containers_absent');
export const imagesAbsent = of('images_absent');
export const cron = of('cron');
/** `package` is a word that JavaScript keeps for itself. */
export const debianPackage = of('package');
export const directory = of('directory');
export const dockerContainer = of('docker_container');
export const dockerImage = of('docker_image');
export const execute = of('execute');
export const file = of('file');
export const firewall = of('firewall');
export const group = of('group');
export const link = of('link');
export const mount = of('mount');
export const nginxBackends = of('nginx_backends');
export const nginxSite = of('nginx_site');
export const remoteFile = of('remote_file');
export const service = of('service');
export const sysctl = of('sysctl');
export const template = of('template');
export const user = of('user');
