import { formation, formationPath } from './ensure-formation.js';
import type { Person } from './person.js';

const wanted = 2;

/** Two web containers at least: an app that was scaled up since stays so. */
export async function ensureScale(
  person: Pick<Person, 'deis' | 'list'>,
  note: (line: string) => void,
): Promise<void> {
  const containers = await person.list<{ type: string; state: string }>(`${formationPath}/containers`);
  const serving = containers.filter((each) => each.type === 'web' && each.state === 'serving').length;
  if (serving >= wanted) return note(`${serving === wanted ? 'two' : serving} web containers serve`);
  await person.deis(['scale', `web=${wanted}`, '-f', formation], { note });
}
