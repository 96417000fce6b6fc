import { shellWord } from './shell-word.js';

/** Builds, and what they are built by. */
export const buildCommands = {
  buildOutput: (formation: string, build: string) => `deis builds:output ${build} -f ${formation}`,
  importBuild: (formation: string, url: string, sha256: string) =>
    [
      `deis builds:create --url=${shellWord(url || 'URL')} --sha256=${shellWord(sha256 || 'SUM')}`,
      `--procfile=Procfile -f ${formation}`,
    ].join(' '),
  cancelBuild: (formation: string, push: string) => `deis builds:cancel ${push} -f ${formation}`,
  clearBuildCache: (formation: string) => `deis builds:cache clear -f ${formation}`,
  retryRelease: (formation: string) => `deis releases:retry -f ${formation}`,
  releaseOutput: (formation: string, version: number) => `deis releases:output v${version} -f ${formation}`,
  setBuildpacks: (formation: string, buildpacks: readonly string[]) =>
    buildpacks.length === 0
      ? `deis buildpacks:clear -f ${formation}`
      : `deis buildpacks:set ${buildpacks.map(shellWord).join(' ')} -f ${formation}`,
} as const;
