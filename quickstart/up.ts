import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEngine } from '../provisioner/images/host/ensure-engine.js';
import { ensureImages } from '../provisioner/images/ensure-images.js';
import { installPackages } from '../provisioner/images/host/install-packages.js';
import type { RunningController } from './controller/background-controller.js';
import { BackgroundWork } from './background-work.js';
import { buildSettings } from './controller/build-settings.js';
import { checkApp } from './app/check-app.js';
import { chosenImages, ensureController } from './controller/ensure-controller.js';
import { dashboardLine } from './dashboard-line.js';
import { ensureFormation, formation, formationPath } from './app/ensure-formation.js';
import { ensureScale } from './app/ensure-scale.js';
import { hostPackages } from './host-packages.js';
import { ownAppLine } from './app/own-app-line.js';
import { installLauncher, shareProfile } from './controller/launcher.js';
import { Person } from './app/person.js';
import type { Place } from './place.js';
import { checkMachine, readMachine } from './preflight.js';
import { publish } from './controller/publish.js';
import { checkRegistry, npmRegistry } from './reachable.js';
import type { Steps } from './steps.js';

export interface UpOptions {
  /** Also open the app on this port of the host. */
  readonly publish: number | null;
  /** Put `deis` on PATH and log the person in. */
  readonly launcher: boolean;
}

/** From a machine with Node.js to a live app; what is there already is used again. @returns the app's URL. */
export async function up(place: Place, steps: Steps, options: UpOptions): Promise<string> {
  const registry = await npmRegistry();
  await steps.run('Checking the machine', async (note) => {
    checkMachine(readMachine(place.dataDir)).forEach(note);
    note(await checkRegistry(registry));
  });
  const choice = chosenImages(place);
  await prepareHost(steps);
  // Nothing needs the images before the first node.
  const images = new BackgroundWork((progress) => ensureImages(progress, choice));
  try {
    const controller = await steps.run('Starting the controller', (note) =>
      ensureController(place, choice, buildSettings(place, registry), note),
    );
    const person = new Person(place);
    await steps.run('Logging in', (note) => logIn(person, controller, note));
    await steps.run(`Finding the node image and the stack image of ${choice.suite}`, (note) =>
      images.watch(note),
    );
    return await deploy({ place, steps, person, controller }, options);
  } finally {
    await images.cancel();
  }
}

interface Surroundings {
  readonly place: Place;
  readonly steps: Steps;
  readonly person: Person;
  readonly controller: RunningController;
}

async function deploy(
  { place, steps, person, controller }: Surroundings,
  options: UpOptions,
): Promise<string> {
  await steps.run(`Creating formation ${formation} with runtime=2 proxy=1`, (note) =>
    ensureFormation(place, person, note),
  );
  await steps.run('Pushing the example app', (note) => pushApp(place, person, note));
  await steps.run('Scaling web=2', (note) => ensureScale(person, note));
  const info = await infoOf(person);
  const url = await proxyUrl(person);
  const live = await steps.run(`Checking that the app answers on ${url}`, (note) =>
    checkApp(url, info.domains, note),
  );
  if (options.publish !== null)
    await steps.run(`Opening the app on port ${options.publish} of this host`, () =>
      publish(place, options.publish!, new URL(url).hostname),
    );
  if (options.launcher)
    await steps.run('Making deis work in any terminal', async (note) =>
      launch(place, person, controller, note),
    );
  else await steps.run('Finding the dashboard', async (note) => note(dashboardLine(controller, person)));
  return live;
}

function launch(
  place: Place,
  person: Person,
  controller: RunningController,
  note: (line: string) => void,
): void {
  const { command, note: done } = installLauncher(place);
  note(done);
  note(shareProfile(place, person.profile, controller.url));
  note(`try: ${command} info -f ${formation}`);
  note(dashboardLine(controller, person));
  note(`the app: ${person.appDir} (change it, commit, git push deis master)`);
  note(ownAppLine(command));
}

async function prepareHost(steps: Steps): Promise<void> {
  await steps.run('Installing Debian packages', (onProgress) =>
    installPackages(hostPackages, { onProgress }),
  );
  await steps.run('Finding a Docker engine', async (onProgress) => void (await ensureEngine({ onProgress })));
}

async function logIn(
  person: Person,
  controller: RunningController,
  note: (line: string) => void,
): Promise<void> {
  if (await isLoggedIn(person, controller)) note(`logged in as ${person.username}`);
  else
    await (existsSync(person.profile)
      ? enter(person, controller, 'login', [])
      : enter(person, controller, 'register', ['--email=quickstart@example.com']));
  await person.ensureKey();
  if ((await person.list('/api/keys')).length === 0)
    await person.deis(['keys:add', person.publicKeyPath], { note });
  const info = (await (
    await fetch(`${controller.url}/api/info`, { signal: AbortSignal.timeout(10_000) })
  ).json()) as {
    git: { host: string; port: number; host_keys: string[] };
  };
  person.trustHost(info.git.host, info.git.port, info.git.host_keys);
}

async function isLoggedIn(person: Person, controller: RunningController): Promise<boolean> {
  if (!existsSync(person.profile) || !readFileSync(person.profile, 'utf8').includes(`"${controller.url}"`))
    return false;
  return person.ask('/api/auth/whoami').then(
    () => true,
    () => false,
  );
}

async function enter(
  person: Person,
  controller: RunningController,
  verb: 'login' | 'register',
  options: readonly string[],
): Promise<void> {
  await person.deis([verb, controller.url, `--username=${person.username}`, '--known-hosts=no', ...options], {
    password: `${person.password}\n`,
  });
}

async function pushApp(place: Place, person: Person, note: (line: string) => void): Promise<void> {
  if (!existsSync(join(person.appDir, '.git'))) {
    mkdirSync(person.appDir, { recursive: true });
    chmodSync(person.appDir, 0o755);
    cpSync(join(place.root, 'examples', 'node-hello'), person.appDir, { recursive: true });
    await person.git(['init', '-q', '-b', 'master']);
    for (const [key, value] of [
      ['user.name', 'Quickstart'],
      ['user.email', 'quickstart@example.com'],
    ])
      await person.git(['config', key!, value!]);
    await person.git(['add', '-A']);
    await person.git(['commit', '-q', '-m', 'The example app']);
  }
  await person.git(['config', 'core.sshCommand', person.sshCommand]);
  await person.deis(['git:remote', '-f', formation, '--known-hosts=no'], {});
  await person.git(['push', 'deis', 'master'], note);
}

interface Info {
  readonly domains: readonly string[];
}

async function infoOf(person: Person): Promise<Info> {
  return (await person.ask<Info>(formationPath)) ?? { domains: [] };
}

/** The address of the proxy itself: with domains of its own, `deis info` names those alone. */
async function proxyUrl(person: Person): Promise<string> {
  const nodes = await person.list<{
    readonly layer: string;
    readonly address: string | null;
    readonly status: string;
  }>(`${formationPath}/nodes`);
  const proxy = nodes.find(
    ({ layer, address, status }) => layer === 'proxy' && status === 'ready' && address,
  );
  if (proxy === undefined)
    throw new Error(`formation ${formation} has no ready proxy: deis nodes -f ${formation} shows its nodes`);
  return `http://${proxy.address}/`;
}
