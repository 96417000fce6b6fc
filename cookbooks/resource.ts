import type { AptRepositoryResource } from './resources/apt-repository.js';
import type { ArchiveResource } from './resources/archive.js';
import type { ChildrenAbsentResource } from './resources/children-absent.js';
import type { ContainerHealthResource } from './resources/container-health.js';
import type { ContainersAbsentResource } from './resources/containers-absent.js';
import type { CronResource } from './resources/cron.js';
import type { DirectoryResource } from './resources/directory.js';
import type { DockerContainerResource } from './resources/docker-container.js';
import type { DockerImageResource } from './resources/docker-image.js';
import type { ExecuteResource } from './resources/execute.js';
import type { FileResource } from './resources/file.js';
import type { FirewallResource } from './resources/firewall.js';
import type { GroupResource } from './resources/group.js';
import type { ImagesAbsentResource } from './resources/images-absent.js';
import type { LinkResource } from './resources/link.js';
import type { MountResource } from './resources/mount.js';
import type { NginxBackendsResource } from './resources/nginx-backends.js';
import type { NginxSiteResource } from './resources/nginx-site.js';
import type { PackageResource } from './resources/package.js';
import type { RemoteFileResource } from './resources/remote-file.js';
import type { ServiceResource } from './resources/service.js';
import type { SysctlResource } from './resources/sysctl.js';
import type { TemplateResource } from './resources/template.js';
import type { UserResource } from './resources/user.js';

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
