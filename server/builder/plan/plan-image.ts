import type { AppManifest } from './app-json.js';
import type { AppSource, Processes } from './app-source.js';
import { parseProcfile } from '../../formation/requests/process-types/parse-procfile.js';
import { listedBuildpacks, manifestOf, type PlanSetting } from './plan-build.js';

/** How to build an image of the app's own. */
export interface ImagePlan {
  /** Path of the Dockerfile in the commit. */
  readonly dockerfile: string;
  /** Said to the pusher first. */
  readonly heading: string;
  /** The Procfile's; without one the image itself says what runs, as type web. */
  readonly processes: Processes;
  /** What its app.json says, where there is one. */
  readonly manifest?: AppManifest;
  /** Said to the pusher before the build. */
  readonly notes: readonly string[];
}

/** What a Dockerfile is called where nobody names another. */
export const dockerfileName = 'Dockerfile';
/** The type of an image's own command; that command is empty, which no Procfile can say. */
const ownCommand: Processes = { web: '' };

/**
 * How to build the image of a commit with a Dockerfile: the one that was asked for, else the one at the root
 * unless buildpacks are set. Undefined when buildpacks are to build the app. Pure. @throws UserError for a wrong
 * Procfile or manifest
 */
export function planImage(
  source: AppSource,
  setting: PlanSetting = {},
  asked?: string,
): ImagePlan | undefined {
  const app = manifestOf(source);
  if (asked === undefined) {
    if (!source.names.has(dockerfileName)) return undefined;
    if (listedBuildpacks(source, setting, app.manifest) !== undefined) return undefined;
  }
  const dockerfile = asked ?? dockerfileName;
  const processes = source.procfile === undefined ? ownCommand : parseProcfile(source.procfile);
  return {
    dockerfile,
    heading: `${dockerfile} found: the app is built as an image`,
    processes,
    ...app,
    notes: [
      ...(app.manifest?.notes ?? []),
      ...(source.procfile === undefined
        ? ['The type web runs what the image says (ENTRYPOINT, CMD)']
        : [`Procfile: ${Object.keys(processes).join(', ')}`]),
    ],
  };
}

/**
 * Where an image listens by what it EXPOSEs: the lowest TCP port, because an app has one; null when it says
 * none.
 */
export function exposedPort(exposed: readonly string[]): number | null {
  const ports = exposed
    .filter((each) => !each.includes('/') || each.endsWith('/tcp'))
    .map((each) => Number(each.replace(/\/tcp$/, '')))
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
  return ports.length === 0 ? null : Math.min(...ports);
}
