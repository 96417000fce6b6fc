import type { Resource, ResourceKind } from '../../cookbooks/resource.js';
import type { CompiledResource, ResourceCompiler } from './compiled-resource.js';
import { aptRepository } from './resources/system/apt-repository.js';
import { archive } from './resources/files/archive.js';
import { childrenAbsent } from './resources/files/children-absent.js';
import { containerHealth } from './resources/containers/container-health.js';
import { containersAbsent } from './resources/containers/containers-absent.js';
import { cron } from './resources/system/cron.js';
import { directory } from './resources/files/directory.js';
import { dockerContainer } from './resources/containers/docker-container.js';
import { dockerImage } from './resources/containers/docker-image.js';
import { execute } from './resources/system/execute.js';
import { file } from './resources/files/file.js';
import { firewall } from './resources/network/firewall.js';
import { group } from './resources/system/group.js';
import { imagesAbsent } from './resources/containers/images-absent.js';
import { link } from './resources/files/link.js';
import { mount } from './resources/system/mount.js';
import { nginxBackends } from './resources/network/nginx-backends.js';
import { nginxSite } from './resources/network/nginx-site.js';
import { debianPackage } from './resources/system/package.js';
import { remoteFile } from './resources/files/remote-file.js';
import { service } from './resources/system/service.js';
import { sysctl } from './resources/system/sysctl.js';
import { template } from './resources/files/template.js';
import { user } from './resources/system/user.js';

/** Every kind of resource and what compiles it: the place where a new kind is added. */
const compilers: { readonly [K in ResourceKind]: ResourceCompiler<K> } = {
  apt_repository: aptRepository,
  archive,
  children_absent: childrenAbsent,
  container_health: containerHealth,
  containers_absent: containersAbsent,
  cron,
  directory,
  docker_container: dockerContainer,
  docker_image: dockerImage,
  execute,
  file,
  firewall,
  group,
  images_absent: imagesAbsent,
  link,
  mount,
  nginx_backends: nginxBackends,
  nginx_site: nginxSite,
  package: debianPackage,
  remote_file: remoteFile,
  service,
  sysctl,
  template,
  user,
};

/** Every kind, sorted. */
export const resourceKinds = (Object.keys(compilers) as ResourceKind[]).sort();

/** The compiler of a resource's kind, with the resource already given. */
export function compilerOf(resource: Resource): ResourceCompiler<ResourceKind> {
  // The table pairs each kind with its own compiler, which the type system cannot follow through a union.
  return compilers[resource.kind] as ResourceCompiler<ResourceKind>;
}

/** One resource as sh. @throws UserError for a property that cannot be */
export function compileResource(resource: Resource, n: number): CompiledResource {
  return compilerOf(resource).compile(resource, n);
}
