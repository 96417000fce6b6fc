import { listFormations } from '../../api/requests.js';
import type { Formation } from '../../api/types.js';
import { linkTo } from '../../parts/route.js';
import { Fact } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';

interface Props {
  readonly formation: Pick<Formation, 'on' | 'also_on' | 'passed_on_by' | 'guests'>;
}

/** On whose nodes a formation lives or has lived, and who lives on its own; in a list of facts. */
export function Neighbours({ formation: { on, also_on: alsoOn, passed_on_by: former, guests } }: Props) {
  const { value } = useOnce(listFormations);
  const seen = new Set(value?.results.map(({ id }) => id));
  return (
    <>
      {on !== null && (
        <Fact name="Lives on the nodes of">
          <Named name={on} isSeen={seen.has(on)} />
        </Fact>
      )}
      {alsoOn !== null && (
        <Fact name="Something of it may be on">
          <Named name={alsoOn} isSeen={seen.has(alsoOn)} />
        </Fact>
      )}
      {former !== null && (
        <Fact name="Passed on by the proxies of">
          <Named name={former} isSeen={seen.has(former)} />
        </Fact>
      )}
      {guests.length > 0 && (
        <Fact name="On its nodes live">
          {guests.map((name) => (
            <Named key={name} name={name} isSeen={seen.has(name)} />
          ))}
        </Fact>
      )}
    </>
  );
}

/** A formation, with a way there for those who have a role in it. */
export function Named({ name, isSeen }: { name: string; isSeen: boolean }) {
  return isSeen ? <a href={linkTo(name)}>{name}</a> : <span>{name}</span>;
}
