import { formation } from './ensure-formation.js';

/**
 * How the reader's own app comes beside the quickstart's, on the same nodes. It has an address by a domain alone.
 * @param command that `deis` is called by
 */
export function ownAppLine(command: string): string {
  return (
    `your own app beside it, in its folder: ${command} create my-app --on=${formation} ` +
    `(then git push deis HEAD:master, and ${command} domains:add my-app.test, its name: docs/quickstart.md)`
  );
}
