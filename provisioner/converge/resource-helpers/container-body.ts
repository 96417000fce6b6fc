import { filesOfContainer } from './container-files.js';
import type { DockerContainerResource } from '../../../cookbooks/resources/containers/docker-container.js';

/** Processes and threads of a container that has no limit of its own: none may take them all from its node. */
export const defaultMaxProcesses = 4096;

/**
 * What Docker's API takes to create the container. Holds the environment in clear. Same resource, same bytes.
 */
export function containerBody(
  resource: DockerContainerResource,
  labels: Readonly<Record<string, string>>,
): object {
  const body = specifiedBody({ ...resource, pids: resource.pids ?? defaultMaxProcesses }, labels);
  return {
    ...body,
    HostConfig: { ...body.HostConfig, LogConfig: tagged(body.HostConfig.LogConfig, resource) },
  };
}

/** Docker writes beside each line of which process and release it is, for what sends it to the log server. */
function tagged(
  logs: LogConfig,
  { labels = {}, network }: Pick<DockerContainerResource, 'labels' | 'network'>,
): LogConfig {
  const [type, num, release] = [labels['deis.type'], labels['deis.num'], labels['deis.release']];
  if (type === undefined || num === undefined || release === undefined) return logs;
  const whose: LogConfig['Config'] = network === undefined ? {} : { labels: 'deis.formation' };
  return { ...logs, Config: { ...logs.Config, ...whose, tag: `deis/${type}.${num}/v${release}` } };
}

interface LogConfig {
  readonly Type: string;
  readonly Config: Readonly<Record<string, string>>;
}

/**
 * The same of what the resource itself says, without defaults that came later: a container that runs is made
 * anew when this changes, and not for such a default.
 */
export function specifiedBody(resource: DockerContainerResource, labels: Readonly<Record<string, string>>) {
  return {
    Image: resource.image,
    ...(resource.command === undefined ? {} : { Entrypoint: [], Cmd: resource.command }),
    ...(resource.user === undefined ? {} : { User: resource.user }),
    ...(resource.workingDirectory === undefined ? {} : { WorkingDir: resource.workingDirectory }),
    Env: sorted(resource.environment).map(([name, value]) => `${name}=${value.reveal()}`),
    Labels: { ...resource.labels, ...lowerLabel(resource), 'deis.formation': resource.formation, ...labels },
    ...(resource.port === undefined ? {} : { ExposedPorts: { [listenedOn(resource, resource.port)]: {} } }),
    ...(resource.stopSeconds === undefined ? {} : { StopTimeout: resource.stopSeconds }),
    HostConfig: hostConfig(resource),
  };
}

function listenedOn({ innerPort }: DockerContainerResource, port: number): string {
  return `${innerPort ?? port}/tcp`;
}

/** Docker finds containers by what is bound into them, and by what lies below an overlay only with this. */
function lowerLabel({ overlay }: DockerContainerResource): object {
  return overlay === undefined ? {} : { 'deis.lower': overlay.lower };
}

function hostConfig(resource: DockerContainerResource) {
  return {
    Mounts: [...mounts(resource), ...overlays(resource)],
    Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777' },
    ...(resource.port === undefined
      ? {}
      : {
          PortBindings: { [listenedOn(resource, resource.port)]: [{ HostPort: String(resource.port) }] },
        }),
    ...(resource.network === undefined ? {} : { NetworkMode: resource.network }),
    RestartPolicy: { Name: resource.restart },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    // Without an init, a process that sets no handler for SIGTERM ignores it as PID 1, and every stop takes
    // until SIGKILL.
    Init: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    ...limits(resource),
  };
}

/** Binds would make a directory that is missing, empty: an app without its code, after a reboot say. */
function mounts(resource: DockerContainerResource): object[] {
  return sorted(resource.mounts).map(([inside, outside]) => ({
    Type: 'bind',
    Source: outside,
    Target: inside,
    ReadOnly: true,
  }));
}

/**
 * Docker's own volume driver mounts the overlay when the container starts and unmounts it when it ends; the
 * volume has no name, and so it goes with the container.
 */
function overlays({ name, overlay }: DockerContainerResource): object[] {
  if (overlay === undefined) return [];
  const files = filesOfContainer(name);
  const o = `lowerdir=${overlay.lower},upperdir=${files}/upper,workdir=${files}/work`;
  const Options = { type: 'overlay', device: 'overlay', o };
  const VolumeOptions = { NoCopy: true, DriverConfig: { Name: 'local', Options } };
  return [{ Type: 'volume', Target: overlay.target, VolumeOptions }];
}

/** Swap counts as memory: a limit is a limit. */
function limits({ memory, cpus, pids }: DockerContainerResource): object {
  return {
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
