import { async, listOf, of, type Listed } from '../asked.js';
import { answerOf, answerWithTag, api, Refusal } from '../client.js';
import type { Tagged } from './setting-requests.js';
import type { Build, BuildOutput, Buildpacks, Operation } from '../types.js';

const at = (formation: string, build: string) => ({ params: { path: { formation, build } } });

export const listBuilds = (formation: string): Promise<Listed<Build>> =>
  answerOf(api.GET('/api/formations/{formation}/builds', listOf(formation, 100)));
/** Undefined of a push of which nothing came. */
export const readBuild = (formation: string, build: string): Promise<Build | undefined> =>
  unlessMissing(answerOf(api.GET('/api/formations/{formation}/builds/{build}', at(formation, build))));
/** Undefined of what was built elsewhere, and of what is no longer kept. */
export const readBuildOutput = (formation: string, build: string): Promise<BuildOutput | undefined> =>
  unlessMissing(answerOf(api.GET('/api/formations/{formation}/builds/{build}/output', at(formation, build))));
/** A slug that was built elsewhere. @param body with the text of a Procfile */
export const importBuild = (
  formation: string,
  body: { readonly url: string; readonly sha256: string; readonly procfile: string },
): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/builds', { ...of(formation), ...async, body }));
/** @param push what is being built, or waits for that */
export const cancelBuild = (formation: string, push: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/builds/{build}/cancel', at(formation, push)));
export const clearBuildCache = (formation: string): Promise<Operation> =>
  answerOf(api.DELETE('/api/formations/{formation}/build-cache', { ...of(formation), ...async }));
/** Deploys the newest release again, which failed. */
export const retryRelease = (formation: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/releases/retry', { ...of(formation), ...async }));

export const readBuildpacks = (formation: string): Promise<Tagged<Buildpacks>> =>
  answerWithTag(api.GET('/api/formations/{formation}/buildpacks', of(formation)));
/** For the next push; none: the app says. @throws Refusal 412 when they have changed since */
export const setBuildpacks = (
  formation: string,
  buildpacks: readonly string[],
  tag: string,
): Promise<Buildpacks> =>
  answerOf(
    api.POST('/api/formations/{formation}/buildpacks', {
      ...of(formation),
      headers: { 'If-Match': tag },
      body: { buildpacks: [...buildpacks] },
    }),
  );

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}
