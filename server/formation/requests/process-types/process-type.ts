/** Process types of one app, in its Procfile and in what is asked for it. */
export const maxProcessTypes = 100;

const processTypeForm = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
const maxShown = 60;

/**
 * What is wrong with the name of a process type, as the end of a sentence that begins with its place;
 * undefined for a good one. The one rule for the Procfile, scale, limits and health checks: names are parts of
 * containers' names.
 */
export function wrongProcessType(name: string): string | undefined {
  if (processTypeForm.test(name)) return undefined;
  const shown = name.length > maxShown ? `${name.slice(0, maxShown)}…` : name;
  return (
    `${JSON.stringify(shown)} is not a valid process type: expected at most 32 letters, digits, - and _, ` +
    'a letter first, e.g. web'
  );
}
