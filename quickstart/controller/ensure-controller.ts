import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageChoice, isSuite, type ImageChoice } from '../../provisioner/images/suite.js';
import {
  runningController,
  startController,
  stopController,
  type RunningController,
} from './background-controller.js';
import { startedFromFile, type Place } from '../place.js';

/** What a controller was started with, as far as a later run must know. */
export interface StartedFrom {
  /** Fingerprint of the compiled product. */
  readonly build: string;
  readonly suite: string;
}

const notePath = (place: Place): string => join(place.dataDir, startedFromFile);

/** What the controller of this place was last started with; null when that is not known. */
export function startedFrom(place: Place): StartedFrom | null {
  if (!existsSync(notePath(place))) return null;
  try {
    return JSON.parse(readFileSync(notePath(place), 'utf8')) as StartedFrom;
  } catch {
    return null;
  }
}

/** The suite and mirror of the environment; without a suite there, the one that this place has already. */
export function chosenImages(place: Place, env: NodeJS.ProcessEnv = process.env): ImageChoice {
  const known = startedFrom(place)?.suite;
  return imageChoice({
    ...env,
    DEIS_SUITE: env['DEIS_SUITE'] || (known !== undefined && isSuite(known) ? known : undefined),
  });
}

/**
 * The controller of this place, of the present build: one that runs from an older build, or for another suite, is
 * stopped, which hands its running operations on, and started again.
 */
export async function ensureController(
  place: Place,
  { suite }: ImageChoice,
  settings: Readonly<Record<string, string>>,
  note: (line: string) => void,
): Promise<RunningController> {
  const wanted: StartedFrom = { build: presentBuild(place), suite };
  const running = await runningController(place);
  const changes = running === null ? [] : changed(startedFrom(place), wanted);
  if (running !== null && changes.length === 0) return described(running, 'runs already', place, note);
  if (running !== null) {
    note(`restarting the controller: ${changes.join(', ')}; what it does just now goes on afterwards`);
    await stopController(place);
  }
  const env = { ...process.env, ...settings, DEIS_SUITE: suite };
  const started = await startController(place, env);
  writeFileSync(notePath(place), JSON.stringify(wanted), { mode: 0o600 });
  return described(started, 'started', place, note);
}

/** Why a running controller is not the wanted one, in words; empty when it is. */
export function changed(from: StartedFrom | null, wanted: StartedFrom): string[] {
  if (from === null) return ['what it was started from is not known'];
  return [
    ...(from.build === wanted.build ? [] : ['it is of an older build']),
    ...(from.suite === wanted.suite ? [] : [`its images were ${from.suite} and are ${wanted.suite} now`]),
  ];
}

/** The stamp that compiling leaves; a package carries it, too. */
function presentBuild(place: Place): string {
  const stamp = join(place.root, 'dist', '.built-from');
  return existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : '';
}

function described(
  controller: RunningController,
  how: string,
  place: Place,
  note: (line: string) => void,
): RunningController {
  note(`${how}: ${controller.url}, process ${controller.pid}, data in ${place.dataDir}`);
  return controller;
}
