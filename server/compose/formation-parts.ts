import { randomUUID } from 'node:crypto';
import { machine } from 'node:os';
import { cloudConfig } from '../../provisioner/cloud-config.js';
import { Fleet } from '../../provisioner/converge/fleet.js';
import { OperatorCookbooks } from '../../provisioner/converge/operator-cookbooks.js';
import { providerEngine } from '../../provisioner/providers/docker/provider-engine.js';
import { enterOver, nodeCommands } from '../../provisioner/node-commands/node-commands.js';
import type { PaperNodes } from '../../provisioner/paper/paper-nodes.js';
import { createProviders } from '../../provisioner/registry.js';
import { AskingTransport } from '../../provisioner/ssh/asking-transport.js';
import { firstLogin } from '../../provisioner/ssh/first-login.js';
import { KeptTransport } from '../../provisioner/ssh/kept-transport.js';
import { NodeSshTransport } from '../../provisioner/ssh/node-ssh-transport.js';
import type { Transport } from '../../provisioner/ssh/transport.js';
import { waitForSsh } from '../../provisioner/ssh/wait-for-ssh.js';
import { trustedAuthorities } from '../builder/toolchains/fetch-file.js';
import type { FormationParts, FormationSettings, OpenPage } from '../formation/context/formation-parts.js';
import type { NodeFleet } from '../formation/context/node-fleet.js';
import { keptLogReader } from '../formation/logs/kept-log-reader.js';
import { MachinesGone } from '../formation/nodes/machines-gone.js';
import type { ImageRegistry } from '../registry/image-registry.js';
import { RemoteNetworks } from '../remote/remote-networks.js';
import { RemoteSource } from '../remote/remote-source.js';
import type { Settings } from '../settings/settings.js';
import { formationDirs, removeFormationFiles } from '../slug/remove-formation-files.js';
import { SlugFiles } from '../slug/slug-files.js';
import { lookMs, now } from './constants.js';
import type { Base } from './open-base.js';
import { keptLogs } from './open-logs.js';
import type { Slugs } from './start/start-slug-server.js';

/** The parts that the domain works with. */
export function formationParts(
  settings: Settings,
  base: Base,
  slugs: Slugs,
  registry: ImageRegistry,
): FormationParts {
  const { paper } = base;
  const providers = chooseProviders(settings, base);
  const transport = askingTransport(base, new MachinesGone({ stores: base.stores, ...providers }));
  const kept = keptTransport(base, transport);
  const cookbooks = new OperatorCookbooks(settings.cookbookPath);
  const slugFiles = new SlugFiles(base.blobs.slugs);
  const enterNode = paper.enter(enterOver(transport));
  return {
    stores: base.stores,
    enterNode,
    logs: keptLogReader({ stores: base.stores, enterNode, now }, keptLogs(settings, base.stores, base.logs)),
    logSending: base.logs.sending,
    allowsDrainTo: drainAddresses(settings),
    observer: base.observer,
    ...providers,
    openFleet: () => openFleet(kept, cookbooks, paper),
    recipesOf: (runList) => cookbooks.recipesOf(runList),
    waitForSsh: (target, options) => waitForSsh(transport, target, options),
    firstLogin: (target, options) => firstLogin(transport, target, options),
    machine: machine(),
    cloudConfig,
    signDownload: slugs.sign,
    hasSlug: async (path) => (await base.blobs.slugs.stat(path)) !== undefined,
    registryFor: ({ node, formation, controllers }) => registry.forNode(node, formation, controllers),
    openPage: pageSource(settings),
    removeFormationFiles: (name) => removeFormationFiles(formationDirs(settings.dataDir), slugFiles, name),
    settings: formationSettings(settings),
    now,
    newId: randomUUID,
    random: Math.random,
  };
}

function askingTransport({ paper }: Base, machines: MachinesGone): Transport {
  return paper.transport(new AskingTransport(new NodeSshTransport(), (target) => machines.whyGone(target)));
}

function keptTransport({ shutdown }: Base, transport: Transport): Transport {
  const kept = new KeptTransport(transport);
  shutdown.add('the connections that operations left', () => kept.close());
  return kept;
}

function formationSettings(settings: Settings): FormationSettings {
  const { drainSeconds, healthSeconds, releaseSeconds, runs, leaseMs, acme, domain } = settings;
  const given = { drainSeconds, healthSeconds, releaseSeconds, runs, leaseMs, acme, domain };
  return { ...given, lookMs, ownPorts: ownPorts(settings) };
}

/** Where any process of the controller listens; one of a free port is not known here. */
function ownPorts({ http, git, slug, registry, logs, metrics }: Settings): number[] {
  const all = [http.port, git.port, slug.port, registry.port, logs.port, metrics?.port];
  return all.filter((port): port is number => port !== undefined && port > 0);
}

/** Which addresses drains dial. */
function drainAddresses({ logs }: Settings): (address: string) => boolean {
  const networks = new RemoteNetworks(logs.drainNetworks);
  return (address) => networks.allows(address);
}

/** Fetches pages that users name, wherever the operator lets them lead. */
function pageSource({ caBundle, pageSources }: Settings): OpenPage {
  const source = new RemoteSource({
    networks: new RemoteNetworks(pageSources),
    authorities: () => trustedAuthorities(caBundle ?? null),
    what: 'pages',
    setting: 'DEIS_PAGE_SOURCES',
    field: 'error_page',
  });
  return (url, signal) => source.open(url, signal);
}

/** The native engine, and the commands over its connections; nodes on paper are answered for. */
function openFleet(transport: Transport, cookbooks: OperatorCookbooks, paper: PaperNodes): NodeFleet {
  const fleet = new Fleet(transport, { recipesOf: (runList) => cookbooks.recipesOf(runList) });
  return {
    ...paper.engine(fleet),
    commands: async (target, signal) =>
      paper.commands(target) ?? nodeCommands(await fleet.connection(target, signal)),
  };
}

/** All provider types that there are, by whether the settings enable them. */
function chooseProviders(
  { providers: enabled, suite, sshFrom }: Settings,
  { instance }: Base,
): Pick<FormationParts, 'providers' | 'disabledProviders'> {
  const all = [...createProviders({ instance, docker: providerEngine(), suite, sshFrom })];
  return {
    providers: new Map(all.filter(([type]) => enabled.has(type))),
    disabledProviders: new Map(all.filter(([type]) => !enabled.has(type))),
  };
}
