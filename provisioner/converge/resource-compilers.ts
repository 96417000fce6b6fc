import type { Resource, ResourceKind } from '../../cookbooks/resource.js';
import type { CompiledResource, ResourceCompiler } from './compiled-resource.js';
import { aptRepository } from './resources/apt-repository.js';
import { archive } from './resources/archive.js';
import { childrenAbsent } from './resources/children-absent.js';
import { containerHealth } from './resources/container-health.js';
import { containersAbsent } from './resources/containers-absent.js';
import { cron } from './resources/cron.js';
import { directory } from './resources/directory.js';
import { dockerContainer } from './resources/docker-container.js';
import { dockerImage } from './resources/docker-image.js';
import { execute } from './resources/execute.js';
import { file } from './resources/file.js';
import { firewall } from './resources/firewall.js';
import { group } from './resources/group.js';
import { imagesAbsent } from './resources/images-absent.js';
import { link } from './resources/link.js';
import { mount } from './resources/mount.js';
import { nginxBackends } from './resources/nginx-backends.js';
import { nginxSite } from './resources/nginx-site.js';
import { debianPackage } from './resources/package.js';
import { remoteFile } from './resources/remote-file.js';
import { service } from './resources/service.js';
import { sysctl } from './resources/sysctl.js';
import { template } from './resources/template.js';
import { user } from './resources/user.js';

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
