/** The name in a Procfile of the command that runs once for each release, before the release serves. */
export const releasePhase = 'release';

type Procfile = Readonly<Record<string, string>>;

/** The types of a Procfile whose containers are counted and placed, sorted: all but the release phase. */
export function processTypes(procfile: Procfile = {}): string[] {
  return Object.keys(procfile)
    .filter((type) => type !== releasePhase)
    .sort();
}

/** The command of the release phase; undefined for a build without one. */
export function phaseCommand(build: { readonly procfile: Procfile } | null): string | undefined {
  return build !== null && Object.hasOwn(build.procfile, releasePhase)
    ? build.procfile[releasePhase]
    : undefined;
}
