import { listUsableFlavors } from '../../api/infrastructure/layer-requests.js';
import { listLayers } from '../../api/requests.js';
import type { Layer, UsableFlavor } from '../../api/types.js';
import { Opened } from '../../parts/opened.js';
import { linkTo } from '../../parts/route.js';
import { Loading, More, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { ownStay } from '../nodes/own-nodes.js';
import { flavorLabel } from './layer-edits.js';
import { LayerCard } from './layer-card.js';
import { NewLayer } from './layer-form.js';

interface LayersProps extends FormationProps {
  readonly username: string;
}

/** What a formation's nodes are made of, for those who may change it. */
export function Layers({ formation, username }: LayersProps) {
  const { id } = formation;
  const { value, problem, reload } = useLive(`layers of ${id}`, async () => {
    const [layers, flavors] = await Promise.all([listLayers(id), listUsableFlavors(id)]);
    return { layers, flavors: flavors.results };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its layers" />;
  const { layers, flavors } = value;
  const names = flavors.map((flavor) => flavorLabel(flavor, username));
  return (
    <>
      <Problem of={problem} />
      <Intro formation={formation} />
      {layers.count === 0 && <p>It has no layers {formation.on === null ? '' : 'of its own '}yet.</p>}
      <ul class="cards">
        {layers.results.map((layer) => (
          <LayerCard
            key={layer.id}
            {...{ formation: id, layer, username, flavors: names }}
            takesHosts={takesHosts(layer, flavors)}
            onChanged={reload}
          />
        ))}
      </ul>
      <More shown={layers.results.length} count={layers.count} />
      {names.length === 0 ? (
        <p>
          A layer is made of a flavor: <a href="#/flavors">make one</a> first.
        </p>
      ) : (
        <Opened label="New layer" onDone={reload}>
          {(onDone) => <NewLayer formation={id} flavors={names} onDone={onDone} />}
        </Opened>
      )}
    </>
  );
}

/** What layers are for, and those of a guest's own. */
function Intro({ formation }: FormationProps) {
  const { id, on } = formation;
  return (
    <>
      {on !== null && (
        <p>
          It lives on the nodes of {on}, whose layers are changed at {on}. These here are its own: with a
          proxy and a runtime node of them, or a box, it can move there at <a href={linkTo(id)}>Overview</a>.{' '}
          {ownStay(formation)}
        </p>
      )}
      <p class="quiet">
        Layers converge by their levels. How many nodes each has is said at{' '}
        <a href={linkTo(id, 'scale')}>Scale</a>.
      </p>
    </>
  );
}

/** Whether its nodes are hosts that exist. */
function takesHosts({ flavor, flavor_owner: owner }: Layer, flavors: readonly UsableFlavor[]): boolean {
  return flavors.some(
    (each) => each.id === flavor && each.owner === owner && each.provider_type === 'static',
  );
}
