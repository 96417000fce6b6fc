import type { Formation } from '../../api/types.js';

type Placed = Pick<Formation, 'id' | 'on' | 'also_on' | 'passed_on_by'>;

const ownNodes = 'nodes of its own';

/**
 * Hosts that a guest could move to, with a word for each, and its own name for nodes of its own; none while something
 * of it is left elsewhere that has to go first. @param open hosts where this person may place formations
 */
export function movePlaces(
  { id, on, also_on: alsoOn, passed_on_by: former }: Placed,
  open: readonly string[],
): Record<string, string> {
  if (alsoOn !== null || (on === null && former === null)) return {};
  if (former === null)
    return {
      ...Object.fromEntries(open.filter((name) => name !== on).map((name) => [name, name])),
      [id]: `itself: ${ownNodes}`,
    };
  const word = (name: string): string => (name === id ? ownNodes : name);
  const ways = [
    [former, `${word(former)}: back again`],
    [on ?? id, `${word(on ?? id)}: go on with a move that was broken off`],
  ] as const;
  return Object.fromEntries(ways.filter(([name]) => name === id || open.includes(name)));
}

/** What a move has left to do, in sentences; undefined: nothing. */
export function leftToDo({
  on,
  also_on: alsoOn,
  passed_on_by: former,
  domains,
}: Placed & Pick<Formation, 'domains'>): string | undefined {
  if (alsoOn !== null)
    return (
      `The nodes of ${alsoOn} may hold something of it: it is on its way there, or a move has left that behind. ` +
      'When nothing is under way any more, finish the move.'
    );
  if (former === null) return undefined;
  const names = domains.length === 0 ? 'whatever name leads there' : domains.join(', ');
  return (
    `It has moved to ${on === null ? ownNodes : `the nodes of ${on}`}, ` +
    `and the proxies of ${former} pass on what still reaches them. In the DNS, ` +
    `point ${names} at the proxies ${on === null ? 'there' : `of ${on}`}. ` +
    `Once that has been so for as long as the records' TTL, finish the move.`
  );
}
