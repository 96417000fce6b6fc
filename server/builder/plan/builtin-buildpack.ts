import type { RuntimeRequest } from '../runtimes/runtime.js';
import type { AppSource, Processes } from './app-source.js';

/** What a built-in buildpack makes of an app, decided before the build. */
export interface BuildpackPlan {
  /** For an app whose Procfile says nothing; none where it takes a Procfile to know. */
  readonly processes: Processes;
  /** Why there are none, and what to do. */
  readonly unstartable?: string;
  /** The buildpack's bin/release will say how to start the app. */
  readonly decidesLater?: true;
  readonly runtimes: readonly RuntimeRequest[];
  /** What the build alone needs. */
  readonly toolchains?: readonly RuntimeRequest[];
  /** Said to the pusher before the build. */
  readonly notes: readonly string[];
}

/**
 * A buildpack that comes with the controller: a folder of its name below `server/builder/buildpacks`, which
 * has Heroku's form, and what is known of it before a container exists.
 */
export interface BuiltinBuildpack {
  readonly name: string;
  /** `Node.js`, for people. */
  readonly title: string;
  /** What it knows an app by: `package.json`. */
  readonly sign: string;
  /** As its bin/detect says. */
  detect(source: AppSource): boolean;
  /** Of an app that it knows: whether it builds it where nobody has named it. Absent: it does. */
  isChosen?(source: AppSource): boolean;
  /** @param written the app's Procfile, if it has one. @throws UserError for a wrong manifest */
  plan(source: AppSource, written: Processes | undefined): BuildpackPlan;
}
