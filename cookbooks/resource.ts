import type { AptRepositoryResource } from './resources/system/apt-repository.js';
import type { ArchiveResource } from './resources/files/archive.js';
import type { ChildrenAbsentResource } from './resources/files/children-absent.js';
import type { ContainerHealthResource } from './resources/containers/container-health.js';
import type { ContainersAbsentResource } from './resources/containers/containers-absent.js';
import type { CronResource } from './resources/system/cron.js';
import type { DirectoryResource } from './resources/files/directory.js';
import type { DockerContainerResource } from './resources/containers/docker-container.js';
import type { DockerImageResource } from './resources/containers/docker-image.js';
import type { ExecuteResource } from './resources/system/execute.js';
import type { FileResource } from './resources/files/file.js';
import type { FirewallResource } from './resources/network/firewall.js';
import type { GroupResource } from './resources/system/group.js';
import type { ImagesAbsentResource } from './resources/containers/images-absent.js';
import type { LinkResource } from './resources/files/link.js';
import type { MountResource } from './resources/system/mount.js';
import type { NginxBackendsResource } from './resources/network/nginx-backends.js';
import type { NginxSiteResource } from './resources/network/nginx-site.js';
import type { PackageResource } from './resources/system/package.js';
import type { RemoteFileResource } from './resources/files/remote-file.js';
import type { ServiceResource } from './resources/system/service.js';
import type { SysctlResource } from './resources/system/sysctl.js';
import type { TemplateResource } from './resources/files/template.js';
import type { UserResource } from './resources/system/user.js';

/** One thing that a node must be, as plain data. Kinds bear Chef's names. */
export type Resource =
  | AptRepositoryResource
  | ArchiveResource
  | ChildrenAbsentResource
  | ContainerHealthResource
  | ContainersAbsentResource
  | CronResource
  | DirectoryResource
  | DockerContainerResource
  | DockerImageResource
  | ExecuteResource
  | FileResource
  | FirewallResource
  | GroupResource
  | ImagesAbsentResource
  | LinkResource
  | MountResource
  | NginxBackendsResource
  | NginxSiteResource
  | PackageResource
  | RemoteFileResource
  | ServiceResource
  | SysctlResource
  | TemplateResource
  | UserResource;

export type ResourceKind = Resource['kind'];

/** The resource of one kind. */
export type ResourceOf<K extends ResourceKind> = Extract<Resource, { kind: K }>;

/** `file[/etc/motd]`: names a resource in notifications and reports. */
export function resourceId(resource: { readonly kind: ResourceKind; readonly name: string }): string {
  return `${resource.kind}[${resource.name}]`;
}
