import { detachService, listServices } from '../../api/app/service-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { listFormations } from '../../api/requests.js';
import type { Service } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { goToOperation } from '../../parts/route.js';
import { Loading, More, Problem, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Named } from '../nodes/neighbours.js';
import { AttachService } from './attach-service.js';

/** Formations that the app reaches by a variable, and those that reach it. */
export function Services({ formation: { id, may } }: FormationProps) {
  const { value, problem } = useLive(`services of ${id}`, async () => {
    const [services, own] = await Promise.all([listServices(id), listFormations()]);
    return { services, seen: new Set(own.results.map(({ id: name }) => name)) };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its services" />;
  const { services, seen } = value;
  const used = services.results.filter(({ consumer }) => consumer === id);
  const users = services.results.filter(({ consumer }) => consumer !== id);
  const mayChange = may.includes('deploy');
  return (
    <>
      <Problem of={problem} />
      <h2>What it is attached to</h2>
      {used.length === 0 && <p>It is attached to no other formation.</p>}
      <ul class="cards">
        {used.map((service) => (
          <UsedCard key={service.variable} {...{ service, seen, mayChange }} />
        ))}
      </ul>
      {mayChange && <Opened label="Attach a service">{() => <AttachService formation={id} />}</Opened>}
      <h2>Who is attached to it</h2>
      {users.length === 0 && <p>No other formation is attached to this one.</p>}
      <ul class="cards">
        {users.map((service) => (
          <UserCard key={`${service.consumer} ${service.variable}`} {...{ service, seen }} />
        ))}
      </ul>
      <More shown={services.results.length} count={services.count} />
    </>
  );
}

interface CardProps {
  readonly service: Service;
  /** Formations in which this person has a role. */
  readonly seen: ReadonlySet<string>;
}

/** The variable, and what the app reaches by it. */
function UsedCard({ service, seen, mayChange }: CardProps & { mayChange: boolean }) {
  const { consumer, service: name, variable, address, created_at: since } = service;
  return (
    <li>
      <h3>{variable}</h3>
      <p>
        <Named name={name} isSeen={seen.has(name)} /> at <code>{address}</code>{' '}
        <span class="quiet">
          since <When at={since} />
        </span>
      </p>
      {mayChange && (
        <Action
          label={`Detach ${variable}`}
          confirmName={variable}
          command={cliCommands.detachService(consumer, variable)}
          onDo={() => goToOperation(detachService(consumer, variable))}
        >
          <p>
            The variable goes by a release, with what it holds, and the port of {name} closes to the nodes of{' '}
            {consumer} when no release runs any more that has it.
          </p>
        </Action>
      )}
    </li>
  );
}

function UserCard({ service: { consumer, variable, address, created_at: since }, seen }: CardProps) {
  return (
    <li>
      <h3>
        <Named name={consumer} isSeen={seen.has(consumer)} />
      </h3>
      <p>
        by {variable}, at <code>{address}</code>{' '}
        <span class="quiet">
          since <When at={since} />
        </span>
      </p>
    </li>
  );
}
