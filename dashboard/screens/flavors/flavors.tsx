import { listFlavors } from '../../api/infrastructure/flavor-requests.js';
import { listProviders, listProviderTypes } from '../../api/infrastructure/provider-requests.js';
import { listFormations } from '../../api/requests.js';
import type { Provider, ProviderType, User } from '../../api/types.js';
import { Loading, More, Problem } from '../../parts/small.js';
import { Opened } from '../../parts/opened.js';
import { useLive } from '../../parts/use-live.js';
import { Allowed } from './allowed.js';
import { FlavorCard } from './flavor-card.js';
import { NewFlavor } from './flavor-form.js';
import { NewProvider, ProviderCard } from './provider-card.js';

/** What nodes are launched with: flavors, and the providers that they are of. Each person has their own. */
export function Flavors({ user }: { user: User }) {
  const { value, problem, reload } = useLive('flavors', async () => {
    const [flavors, providers, types, formations] = await Promise.all([
      listFlavors(),
      listProviders(),
      listProviderTypes(),
      listFormations(),
    ]);
    return { flavors, providers, types: types.results, formations: formations.results.map(({ id }) => id) };
  });
  const hostTypes = value?.types.filter((type) => type.gives_host).map(({ id }) => id) ?? [];
  return (
    <>
      <h1>Flavors and providers</h1>
      <Problem of={problem} />
      {value === undefined ? (
        problem === undefined && <Loading what="your flavors" />
      ) : (
        <>
          <FlavorList {...value} onChanged={reload} />
          <ProviderList {...value} onChanged={reload} />
        </>
      )}
      {user.is_admin && hostTypes.length > 0 && <Allowed types={hostTypes} />}
    </>
  );
}

interface ListProps {
  readonly flavors: Awaited<ReturnType<typeof listFlavors>>;
  readonly providers: Awaited<ReturnType<typeof listProviders>>;
  readonly types: readonly ProviderType[];
  readonly formations: readonly string[];
  readonly onChanged: () => void;
}

function FlavorList({ flavors, providers, types, formations, onChanged }: ListProps) {
  const usable = providers.results.filter((provider) => typeOf(provider, types)?.allowed === true);
  return (
    <section>
      <h2>Flavors</h2>
      {flavors.count === 0 && <p>You have none yet.</p>}
      <ul class="cards">
        {flavors.results.map((flavor) => {
          const provider = providers.results.find(({ id }) => id === flavor.provider);
          const type = typeOf(provider, types);
          return <FlavorCard key={flavor.id} {...{ flavor, type, formations, onChanged }} />;
        })}
      </ul>
      <More shown={flavors.results.length} count={flavors.count} />
      {usable.length > 0 && (
        <Opened label="New flavor" onDone={onChanged}>
          {(onDone) => <NewFlavor providers={usable} types={types} onDone={onDone} />}
        </Opened>
      )}
    </section>
  );
}

function ProviderList({ providers, types, onChanged }: ListProps) {
  const allowed = types.filter((type) => type.allowed);
  return (
    <section>
      <h2>Providers</h2>
      {providers.count === 0 && <p>You have none yet.</p>}
      <ul class="cards">
        {providers.results.map((provider) => (
          <ProviderCard
            key={provider.id}
            provider={provider}
            type={typeOf(provider, types)}
            onChanged={onChanged}
          />
        ))}
      </ul>
      <More shown={providers.results.length} count={providers.count} />
      {allowed.length > 0 && (
        <Opened label="New provider" onDone={onChanged}>
          {(onDone) => <NewProvider types={allowed} onDone={onDone} />}
        </Opened>
      )}
    </section>
  );
}

function typeOf(provider: Provider | undefined, types: readonly ProviderType[]): ProviderType | undefined {
  return types.find(({ id }) => id === provider?.type);
}
