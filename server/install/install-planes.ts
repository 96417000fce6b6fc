import { randomBytes } from 'node:crypto';
import { Conflict } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { PlaneRelease } from '../../cookbooks/deis/planes/plane-host.js';
import { planeResources, planeRunList } from '../../cookbooks/deis/planes/plane-resources.js';
import type { NodeReport } from '../../provisioner/engine.js';
import type { Transport } from '../../provisioner/ssh/transport.js';
import { changesOf, counted, failureText, stageLines } from './install-report.js';
import type { PlaneFile } from './file/plane-file.js';
import { planeOfStage, type PlaneKnowledge } from './plane-of-stage.js';
import { prepareHosts } from './prepare-hosts.js';
import { lookAgain, reachHosts, type ReachedHost } from './reach-hosts.js';
import type { ReadPlanes } from './file/read-plane-file.js';
import type { Release } from './release/pack-release.js';
import { stagesFor, stagesOf, type Stage } from './stages.js';

export interface InstallOptions {
  /** False: only say what would change. */
  readonly apply: boolean;
  readonly planes: ReadPlanes;
  /** Packs this program; called once the hosts were looked at. */
  readonly pack: () => Promise<Release>;
  readonly transport: Transport;
  readonly signal: AbortSignal;
  /** A line of the result. */
  readonly print: (line: string) => void;
  /** A line of what goes on. */
  readonly progress: (line: string) => void;
}

interface Work extends InstallOptions {
  readonly hosts: Map<string, ReachedHost>;
  readonly password: Secret;
  readonly release: Release;
  /** Host -> what was sent to it. */
  readonly sent: Map<string, PlaneRelease>;
}

/** Where a release waits on its host until it is unpacked. */
const incoming = '/var/lib/deis-install';

/**
 * Converges the hosts of a file into the control plane, or says what would change: stage by stage, and none after one
 * that failed. @throws UserError before anything was touched; Conflict naming host, resource and exit code
 */
export async function installPlanes(options: InstallOptions): Promise<void> {
  const { planes, transport, signal } = options;
  const { file, sshKey } = planes;
  const hosts = await reachHosts({ file, sshKey, stages: stagesOf(file), transport, signal });
  try {
    const stages = stagesFor(file, (host) => hosts.get(host)!.found);
    const password = passwordOf(file, hosts);
    const work: Work = { ...options, hosts, password, release: await options.pack(), sent: new Map() };
    // Settings that no controller takes are said before anything is done.
    for (const stage of stages) planeOfStage(stage, knowledge(work, releaseOn(work), true));
    const isNew = !hosts.get(file.controllers[0]!.host)!.found.parts.includes('controller');
    const prepared = options.apply ? await prepareAll(stages, work) : [];
    const reports = [...prepared, ...(await convergeAll(stages, work))];
    for (const line of endLines(work, reports, isNew)) options.print(line);
  } finally {
    await Promise.all([...hosts.values()].map(({ link }) => link.close()));
  }
}

/** The password rests on the database's host. */
function passwordOf({ postgresql: { host } }: PlaneFile, hosts: Work['hosts']): Secret {
  const found = host === undefined ? undefined : hosts.get(host)?.found.password;
  return found ?? new Secret(randomBytes(24).toString('base64url'));
}

/** Packages and the release come to all hosts side by side. @returns the reports of those that were not prepared */
async function prepareAll(stages: readonly Stage[], work: Work): Promise<NodeReport[]> {
  const { hosts, release, progress, signal } = work;
  const known = releaseOn(work);
  const planeOf = (stage: Stage): ReturnType<typeof planeOfStage> =>
    planeOfStage(stage, knowledge(work, known, true));
  const prepared = await prepareHosts({ stages, hosts, release, known, planeOf, progress, signal });
  const failed = prepared.filter(({ report }) => report.outcome !== 'ok');
  if (failed.length > 0)
    throw new Conflict(
      endOf(failed.map(({ name, report }) => failureText(name, report)).join('\n'), stages, work),
    );
  for (const { name, report, sent } of prepared) {
    for (const line of stageLines(`${name} (packages)`, report, false)) work.print(line);
    if (sent !== undefined) work.sent.set(name, sent);
  }
  return prepared.map(({ report }) => report);
}

async function convergeAll(stages: readonly Stage[], work: Work): Promise<NodeReport[]> {
  const reports: NodeReport[] = [];
  for (const [index, stage] of stages.entries()) {
    const report = await convergeStage(stage, work);
    reports.push(report);
    if (report.outcome !== 'ok')
      throw new Conflict(endOf(failureText(stage.host, report), stages.slice(index + 1), work));
    for (const line of stageLines(nameOf(stage, work), report, !work.apply)) work.print(line);
    if (work.apply) await refresh(stage, work);
  }
  return reports;
}

async function convergeStage(stage: Stage, work: Work): Promise<NodeReport> {
  const { apply, progress, signal } = work;
  const host = work.hosts.get(stage.host)!;
  const release = work.sent.get(stage.host) ?? releaseOn(work);
  const resources = planeResources(planeOfStage(stage, knowledge(work, release, !apply)));
  return host.link.converge(resources, {
    whyRun: !apply,
    signal,
    onResource: (resource) => {
      if (apply) progress(`${stage.host}: ${resource}`);
    },
  });
}

/** Without a sum: of one that is there, or in a plan. */
function releaseOn({ release: { name } }: Pick<Work, 'release'>): PlaneRelease {
  return { name, tarball: `${incoming}/${name}.tgz`, sha256: '-' };
}

function knowledge(
  { planes, hosts, password }: Work,
  release: PlaneRelease,
  isPlan: boolean,
): PlaneKnowledge {
  return { planes, hosts, password, release, isPlan };
}

/** What a stage has made is needed by those after it: a certificate, a master key. */
async function refresh({ host: name }: Stage, { hosts, planes, signal }: Work): Promise<void> {
  const host = hosts.get(name)!;
  hosts.set(name, { ...host, found: await lookAgain(host, planes.file, signal) });
}

/** `one (203.0.113.10; recipe[deis::postgresql], recipe[deis::front])` */
function nameOf(stage: Stage, work: Work): string {
  const plane = planeOfStage(stage, knowledge(work, releaseOn(work), true));
  return `${stage.host} (${work.planes.file.hosts[stage.host]!.address}; ${planeRunList(plane).join(', ')})`;
}

/** @param why what failed @param left what was to come after it */
function endOf(why: string, left: readonly Stage[], { apply }: Pick<Work, 'apply'>): string {
  const after = left.map(({ host, parts }) => `${parts.join(' and ')} of ${host}`).join(', ');
  return [
    why,
    ...(after === '' ? [] : [`not begun: ${after}`]),
    apply
      ? 'what served before serves on; mend what is said above and apply again: what is done already is passed over'
      : 'nothing was changed',
  ].join('\n');
}

function endLines(
  { apply, planes: { file } }: Work,
  reports: readonly NodeReport[],
  isNew: boolean,
): string[] {
  const changes = reports.reduce((sum, report) => sum + changesOf(report).length, 0);
  const where = counted(Object.keys(file.hosts).length, 'host');
  const resources = counted(
    reports.reduce((sum, report) => sum + report.resources.length, 0),
    'resource',
  );
  if (changes === 0) return [`nothing to change: ${resources} on ${where} are as they should be`];
  if (!apply) return [`${counted(changes, 'change')} on ${where}: nothing was changed, --apply makes them`];
  return [
    `applied: ${counted(changes, 'change')} on ${where}; the API answers at ${file.public_url}`,
    ...(isNew ? firstUser(file) : []),
  ];
}

function firstUser({ hosts, controllers, public_url: url }: PlaneFile): string[] {
  const { host } = controllers.find(({ roles }) => roles.includes('api')) ?? controllers[0]!;
  const { user, address } = hosts[host]!;
  return [
    "the first to register is admin, with the setup code of the controller's log:",
    `  ssh ${user}@${address} sudo journalctl --unit deis-controller --grep setupCode`,
    `  deis register ${url}`,
  ];
}
