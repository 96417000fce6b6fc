import { isOfKind } from '../../cookbooks/layer-kind.js';
import type { LayerKind } from '../../cookbooks/recipe.js';
import type { HostFacts } from './host-facts.js';

const oldest: Readonly<Record<string, number>> = { debian: 12, ubuntu: 22.04 };
const architectures = ['x86_64', 'aarch64'];
const gibibyteKiB = 1024 ** 2;
/** KiB free below /var/lib: images, slugs and containers, or nginx and its logs. */
const minDiskKiB: Readonly<Record<LayerKind, number>> = {
  runtime: 2 * gibibyteKiB,
  proxy: gibibyteKiB / 2,
  box: 2.5 * gibibyteKiB,
  custom: gibibyteKiB / 2,
};
const minMemoryKiB = 400 * 1024;
/** What nginx listens on: the site's port, and 9090 for checks. */
const proxyPorts = [80, 443, 9090];

/** Why a host cannot become a node of that kind, each with what to do; empty when it can. */
export function hostProblems(facts: HostFacts, kind: LayerKind): string[] {
  return [
    ...systemProblems(facts),
    ...cgroupProblems(facts, kind),
    ...roomProblems(facts, kind),
    ...takenProblems(facts, kind),
  ];
}

function systemProblems({ os, osVersion, arch, init, hasApt }: HostFacts): string[] {
  const least = oldest[os];
  const isKnown = least !== undefined && Number.parseFloat(osVersion) >= least;
  return [
    ...(isKnown ? [] : [`it runs ${os} ${osVersion}: nodes are Debian 12 or Ubuntu 22.04, or later`]),
    ...(architectures.includes(arch) ? [] : [`its CPU is ${arch}: nodes are ${architectures.join(' or ')}`]),
    ...(init === 'systemd' ? [] : [`its init is ${init}: nodes need systemd`]),
    ...(hasApt ? [] : ['it has no apt-get: packages cannot be installed']),
  ];
}

function cgroupProblems({ cgroups }: HostFacts, kind: LayerKind): string[] {
  if (!isOfKind(kind, 'runtime')) return [];
  const missing = ['memory', 'cpu', 'pids'].filter((controller) => !cgroups.controllers.includes(controller));
  return missing.length === 0
    ? []
    : [
        `its cgroups (version ${cgroups.version}) lack ${missing.join(', ')}: containers could not be ` +
          `limited; enable them on its kernel's command line`,
      ];
}

function roomProblems({ diskKiB, memoryKiB }: HostFacts, kind: LayerKind): string[] {
  const least = minDiskKiB[kind];
  return [
    ...(diskKiB >= least
      ? []
      : [`${mebibytes(diskKiB)} are free below /var/lib: a ${kind} node needs ${mebibytes(least)}`]),
    ...(memoryKiB >= minMemoryKiB
      ? []
      : [`it has ${mebibytes(memoryKiB)} of memory: a node needs ${mebibytes(minMemoryKiB)}`]),
  ];
}

function takenProblems({ ports, formation }: HostFacts, kind: LayerKind): string[] {
  const taken = isOfKind(kind, 'proxy') ? proxyPorts.filter((port) => ports.includes(port)) : [];
  return [
    ...(formation === null
      ? []
      : [
          `it is a node of formation ${formation} already: destroy that node first, or remove ` +
            '/var/lib/deis there if its controller is gone',
        ]),
    ...(taken.length === 0
      ? []
      : [
          `something listens on port ${taken.join(', ')} there: ` +
            `stop it, nginx needs ${taken.length === 1 ? 'it' : 'them'}`,
        ]),
  ];
}

function mebibytes(kib: number): string {
  return `${Math.floor(kib / 1024)} MiB`;
}
