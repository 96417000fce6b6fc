import {
  guestsTrafficEndpoint,
  trafficEndpoint,
} from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';
import { programText } from './node-program.js';

/** What the control groups of one of Docker's containers hold. */
export interface ContainerReading {
  /** Of the Docker container, 64 characters. */
  readonly id: string;
  /** Computing time since it was started. */
  readonly cpuMicroseconds: number;
  /** In use, without files that the kernel may forget; as `docker stats` shows it. */
  readonly memory: number;
  /** Null: as much as the node has. */
  readonly memoryLimit: number | null;
}

/** What a proxy has counted since its nginx was started. */
export interface TrafficReading {
  /** `2` -> requests whose status began with it. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Upper bound in milliseconds, or `more` -> requests whose answer began within it, and not within the one below. */
  readonly took: Readonly<Record<string, number>>;
  /** Limit of the proxy (`body`, `head`, `time`) -> requests that it ended; absent before the first. */
  readonly limited?: Readonly<Record<string, number>>;
}

/** A disk that the node or its containers write to. */
export interface DiskReading {
  readonly mount: string;
  readonly bytes: number;
  readonly used: number;
}

/** What the machine is that a node is, or the container that it is. */
export interface MachineReading {
  /** Bytes that there are. */
  readonly memory: number;
  /** Of these, in use by whatever runs there, without files that the kernel may forget. */
  readonly used: number;
  readonly cpus: number;
  /** Computing time of all of it, since a moment that stays the same until it starts anew. */
  readonly cpuMicroseconds: number;
}

export interface HostReading {
  readonly containers: readonly ContainerReading[];
  readonly disks: readonly DiskReading[];
  /** Absent where it did not say. */
  readonly machine?: MachineReading | undefined;
  /** Of a proxy that counts; undefined before its first converge with a version that does. */
  readonly traffic: TrafficReading | undefined;
  /** Of a proxy: guest -> what of the above is that one's, and not in it. Absent: of none. */
  readonly guests?: ReadonlyMap<string, TrafficReading> | undefined;
}

/** A container of an app, by its Docker id. */
export interface NamedContainer {
  readonly id: string;
  /** Several may share a node. */
  readonly formation: string;
  /** `web.1` */
  readonly process: string;
  readonly release: number;
  readonly port: number;
}

/** More containers, guests and lines than that no node has. */
const maxContainers = 500;
const maxGuests = 300;
/** Each guest has fewer than 30. */
const maxLines = 2 * maxContainers + 30 * maxGuests;
/** What a version 1 control group says where there is no limit: almost 2^63. */
const noLimit = 2 ** 60;

/**
 * Reads what a node has used, in one pass that needs no rights and leaves nothing behind. Of a proxy its traffic, too.
 * @throws RemoteFailure
 */
export async function readMeasures(
  connection: Connection,
  { isProxy, ...options }: { readonly isProxy: boolean } & CommandDeadline,
): Promise<HostReading> {
  const program = programText([
    'measures-containers.sh',
    'measures-host.sh',
    ...(isProxy ? ['measures-proxy.sh'] : []),
  ]);
  const command = ['sh', '-c', program, 'deis', trafficEndpoint, guestsTrafficEndpoint];
  return parseMeasures((await connection.exec({ ...options, command })).stdout);
}

/** Which containers of the app there are, running or not. @throws RemoteFailure */
export async function nameContainers(
  connection: Connection,
  options: CommandDeadline,
): Promise<NamedContainer[]> {
  const label = (name: string): string => `{{.Label "deis.${name}"}}`;
  const format = `{{.ID}} ${label('type')}.${label('num')} ${label('release')} {{.Names}}`;
  const command = ['sudo', '-n', 'docker', 'ps', '--all', '--no-trunc', '--filter', 'label=deis.type'];
  const { stdout } = await connection.exec({ ...options, command: [...command, '--format', format] });
  return stdout
    .split('\n')
    .flatMap((line) => parseName(line) ?? [])
    .slice(0, maxContainers);
}

/** What the program printed; lines of another form are passed over. */
export function parseMeasures(text: string): HostReading {
  const lines = text.split('\n').slice(0, maxLines);
  const first = lines.findIndex((line) => guestLine.test(line));
  const own = first === -1 ? lines : lines.slice(0, first);
  const words = own.map((line) => line.split(' '));
  const guests = first === -1 ? undefined : trafficOfGuests(lines.slice(first));
  return {
    containers: words.flatMap((line) => containerOf(line) ?? []).slice(0, maxContainers),
    disks: words.flatMap((line) => diskOf(line) ?? []),
    machine: words.map(machineOf).find((machine) => machine !== undefined),
    traffic: trafficIn(own),
    ...(guests === undefined ? {} : { guests }),
  };
}

const guestLine = /^guest ([a-z][a-z0-9-]{0,39})$/;

/** What stands behind the name of each. */
function trafficOfGuests(lines: readonly string[]): Map<string, TrafficReading> {
  const ofGuest = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    const [, guest] = guestLine.exec(line) ?? [];
    if (guest === undefined) current.push(line);
    else ofGuest.set(guest, (current = []));
  }
  const read = [...ofGuest].flatMap(([guest, own]): [string, TrafficReading][] => {
    const traffic = trafficIn(own);
    return traffic === undefined ? [] : [[guest, traffic]];
  });
  return new Map(read.slice(0, maxGuests));
}

/** Undefined where these lines are not those of a proxy that counts. */
function trafficIn(lines: readonly string[]): TrafficReading | undefined {
  if (!lines.includes('traffic 1')) return undefined;
  const words = lines.map((line) => line.split(' '));
  const counted = (key: string): Record<string, number> =>
    Object.fromEntries(
      words.flatMap(([first, name = '', count]) => (first === key ? [[name, wholeNumber(count) ?? 0]] : [])),
    );
  const limited = counted('limited');
  return {
    statuses: counted('status'),
    took: counted('took'),
    ...(Object.keys(limited).length === 0 ? {} : { limited }),
  };
}

function containerOf([key, id = '', cpu, bytes, inactive, limit]: readonly string[]):
  ContainerReading | undefined {
  const [cpuMicroseconds, memory, given] = [wholeNumber(cpu), wholeNumber(bytes), wholeNumber(limit)];
  if (key !== 'container' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
  if (cpuMicroseconds === undefined || memory === undefined) return undefined;
  return {
    id,
    cpuMicroseconds,
    memory: Math.max(0, memory - (wholeNumber(inactive) ?? 0)),
    memoryLimit: given === undefined || given >= noLimit ? null : given,
  };
}

function diskOf([key, mount = '', size, used]: readonly string[]): DiskReading | undefined {
  const [kib, usedKib] = [wholeNumber(size), wholeNumber(used)];
  if (key !== 'disk' || kib === undefined || usedKib === undefined || kib === 0) return undefined;
  return { mount, bytes: kib * 1024, used: usedKib * 1024 };
}

function machineOf([key, bytes, inUse, millicores, microseconds]: readonly string[]):
  MachineReading | undefined {
  const [memory = 0, used, thousandths = 0, cpuMicroseconds] = [bytes, inUse, millicores, microseconds].map(
    (text) => wholeNumber(text),
  );
  if (key !== 'machine' || memory === 0 || thousandths === 0) return undefined;
  if (used === undefined || cpuMicroseconds === undefined) return undefined;
  return { memory, used, cpus: thousandths / 1000, cpuMicroseconds };
}

function parseName(line: string): NamedContainer | undefined {
  const [, id, process, release, name = '', port] =
    /^([0-9a-f]{64}) ([A-Za-z][\w-]*\.\d+) (\d+) (\S+)-v\d+-(\d{1,5})$/.exec(line) ?? [];
  if (id === undefined || process === undefined) return undefined;
  // `shop-web.1`, of which the process is known.
  const formation = name.slice(0, -process.length - 1);
  return { id, formation, process, release: Number(release), port: Number(port) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}
