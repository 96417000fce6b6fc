import { listFormations } from '../../api/requests.js';
import type { Formation } from '../../api/types.js';
import { linkTo } from '../../parts/route.js';
import { Fact } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';

/** On whose nodes a formation lives, and who lives on its own; in a list of facts. */
export function Neighbours({ formation: { on, guests } }: { formation: Formation }) {
  const { value } = useOnce(listFormations);
  const seen = new Set(value?.results.map(({ id }) => id));
  return (
    <>
      {on !== null && (
        <Fact name="Lives on the nodes of">
          <Named name={on} isSeen={seen.has(on)} />
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

/** A way there for those who have a role in it. */
function Named({ name, isSeen }: { name: string; isSeen: boolean }) {
  return isSeen ? <a href={linkTo(name)}>{name}</a> : <span>{name}</span>;
}
