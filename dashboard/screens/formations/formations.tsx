import pLimit from 'p-limit';
import type { ListedFormation } from '../../api/types.js';
import {
  listContainers,
  listFormations,
  listNodes,
  listOpenAlerts,
  listOperations,
} from '../../api/requests.js';
import { linkTo } from '../../parts/route.js';
import { Opened } from '../../parts/opened.js';
import { Loading, More, Problem, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import { concernsOf, concernsOfAlerts, type Concern } from './attention.js';
import { NewFormation } from './new-formation.js';
import { Offers } from '../people/offers.js';
import { Welcome } from './welcome.js';

/** Formations that are looked at for what needs attention, and how many at a time. */
const [maxLooked, atOnce] = [100, 4];

/** What needs attention, and all formations. */
export function Formations({ username }: { username: string }) {
  const { value, problem } = useLive('formations', listFormations);
  return (
    <>
      <h1>Formations</h1>
      <Offers username={username} />
      <Problem of={problem} />
      {value === undefined ? (
        <Loading what="your formations" />
      ) : (
        <>
          <Attention formations={value.results} />
          <FormationTable formations={value.results} />
          <More shown={value.results.length} count={value.count} />
          <Opened label="New formation" onDone={() => undefined}>
            {() => <NewFormation />}
          </Opened>
        </>
      )}
    </>
  );
}

/** Open alerts first: somebody asked to be told of those. */
function Attention({ formations }: { formations: readonly ListedFormation[] }) {
  const names = formations.map(({ id }) => id).join(' ');
  const alerts = useLive('alerts', listOpenAlerts);
  const looked = useLive(`attention ${names}`, () => lookAtAll(formations.slice(0, maxLooked)));
  if (formations.length === 0) return null;
  const isRead = looked.value !== undefined && (alerts.value ?? alerts.problem) !== undefined;
  const isWell = alerts.value?.count === 0 && looked.value?.length === 0;
  return (
    <section aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <Problem of={alerts.problem} />
      {!isRead && <Loading what="how they are" />}
      {isWell && <p class="notice good">All is well.</p>}
      <ul class="concerns">
        {[...concernsOfAlerts(alerts.value?.results ?? []), ...(looked.value ?? [])].map((concern) => (
          <ConcernRow key={`${concern.formation} ${concern.text}`} concern={concern} />
        ))}
      </ul>
      {alerts.value !== undefined && <More shown={alerts.value.results.length} count={alerts.value.count} />}
    </section>
  );
}

function ConcernRow({ concern: { formation, tab, item, text, since } }: { concern: Concern }) {
  return (
    <li class="notice bad">
      <a href={linkTo(formation, tab, item)}>{formation}</a> {text}
      {since !== undefined && (
        <small>
          {' '}
          since <When at={since} />
        </small>
      )}
    </li>
  );
}

/** One that is gone meanwhile, or does not answer, has no say. */
async function lookAtAll(formations: readonly ListedFormation[]): Promise<Concern[]> {
  const limit = pLimit(atOnce);
  const look = (formation: ListedFormation): Promise<Concern[]> =>
    limit(() => lookAt(formation).catch(() => []));
  return (await Promise.all(formations.map(look))).flat();
}

async function lookAt(formation: ListedFormation): Promise<Concern[]> {
  const [nodes, containers, operations] = await Promise.all([
    listNodes(formation.id),
    listContainers(formation.id),
    listOperations(formation.id, 1),
  ]);
  return concernsOf({
    formation,
    nodes: nodes.results,
    containers: containers.results,
    operation: operations.results[0],
  });
}

function FormationTable({ formations }: { formations: readonly ListedFormation[] }) {
  if (formations.length === 0)
    return (
      <>
        <p>
          There is none yet. Make one here, or by <code>deis create --flavor=FLAVOR</code> in the folder of an
          app.
        </p>
        <Welcome />
      </>
    );
  return (
    <Table label="Formations" heads={['Formation', 'Release', 'Containers', 'Nodes ready', 'Owner', 'Made']}>
      {formations.map((formation) => (
        <Row formation={formation} key={formation.id} />
      ))}
    </Table>
  );
}

function Row({ formation }: { formation: ListedFormation }) {
  const { id, live_release: live, scale, layers, owner, created_at: madeAt } = formation;
  const counts = Object.entries(scale).map(([type, count]) => `${type} ${count}`);
  const nodes =
    formation.on === null
      ? Object.entries(layers).map(([name, each]) => `${name} ${each.nodes_ready}/${each.count}`)
      : [`those of ${formation.on}`];
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(id)}>{id}</a>
      </th>
      <td>{live === null ? 'none' : `v${live}`}</td>
      <td>{counts.join(', ') || 'none'}</td>
      <td>{nodes.join(', ') || 'no layers'}</td>
      <td>{owner}</td>
      <td>
        <When at={madeAt} />
      </td>
    </tr>
  );
}
