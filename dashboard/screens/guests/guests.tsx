import { cliCommands } from '../../api/cli-commands.js';
import {
  listGuests,
  listHostShares,
  readNewQuota,
  setDefaultHost,
} from '../../api/infrastructure/guest-requests.js';
import { listFormations, listHosts } from '../../api/requests.js';
import type { Guest } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { linkTo } from '../../parts/route.js';
import { Loading, More, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { HostShares } from './host-shares.js';
import { quotaInWords, typedQuota } from './quota-edits.js';
import { QuotaForm } from './quota-form.js';

interface GuestsProps extends FormationProps {
  /** Of the platform. */
  readonly isAdmin: boolean;
}

/** Formations on its nodes, what they may use, and who may place them there; for its admins. */
export function Guests({ formation: { id }, isAdmin }: GuestsProps) {
  const { value, problem, reload } = useLive(`guests of ${id}`, () => readAll(id));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its guests" />;
  const { guests, shares, newQuota, isDefault, own } = value;
  return (
    <>
      <Problem of={problem} />
      <h2>Guests</h2>
      {guests.count === 0 && <p>No formation lives on its nodes but itself.</p>}
      <ul class="cards">
        {guests.results.map((guest) => (
          <GuestCard
            key={guest.id}
            {...{ formation: id, guest, isSeen: own.has(guest.id), onChanged: reload }}
          />
        ))}
      </ul>
      <More shown={guests.results.length} count={guests.count} />
      <p>
        New guests get the quota {quotaInWords(newQuota.quota)}; each person without a role here may have{' '}
        {newQuota.guests ?? 'as many as they like'}.
      </p>
      <Opened label="Change quota of new guests" onDone={reload}>
        {(onDone) => (
          <QuotaForm formation={id} before={typedQuota(newQuota.quota, newQuota.guests)} onDone={onDone} />
        )}
      </Opened>
      <HostShares formation={id} shares={shares} onChanged={reload} />
      {(isAdmin || isDefault) && (
        <DefaultHost formation={id} isDefault={isDefault} isAdmin={isAdmin} onChanged={reload} />
      )}
    </>
  );
}

async function readAll(id: string) {
  const [guests, shares, newQuota, hosts, own] = await Promise.all([
    listGuests(id),
    listHostShares(id),
    readNewQuota(id),
    listHosts(),
    listFormations(),
  ]);
  const isDefault = hosts.results.some((host) => host.id === id && host.default);
  return { guests, shares, newQuota, isDefault, own: new Set(own.results.map((each) => each.id)) };
}

interface CardProps {
  readonly formation: string;
  readonly guest: Guest;
  /** This person has a role in it. */
  readonly isSeen: boolean;
  readonly onChanged: () => void;
}

function GuestCard({ formation, guest: { id, owner, containers, quota }, isSeen, onChanged }: CardProps) {
  return (
    <li>
      <h3>{isSeen ? <a href={linkTo(id)}>{id}</a> : id}</h3>
      <p>
        of {owner}, {containers} {containers === 1 ? 'container serves' : 'containers serve'}, quota:{' '}
        {quotaInWords(quota)}
      </p>
      <Opened label={`Change quota of ${id}`} onDone={onChanged}>
        {(onDone) => (
          <QuotaForm formation={formation} guest={id} before={typedQuota(quota)} onDone={onDone} />
        )}
      </Opened>
    </li>
  );
}

interface DefaultProps {
  readonly formation: string;
  readonly isDefault: boolean;
  readonly isAdmin: boolean;
  readonly onChanged: () => void;
}

/** Whether new formations live here that name no other place. */
function DefaultHost({ formation, isDefault, isAdmin, onChanged }: DefaultProps) {
  return (
    <section>
      <h2>Default host</h2>
      <p>
        {isDefault
          ? 'Everybody may place formations here, and new ones live here that name no other place.'
          : 'New formations that name no place of their own do not live here.'}
      </p>
      {isAdmin && (
        <Action
          label={isDefault ? 'Make it no default host' : 'Make it a default host'}
          command={cliCommands.setDefaultHost(formation, !isDefault)}
          onDo={() => setDefaultHost(formation, !isDefault).then(onChanged)}
        >
          <p>
            {isDefault
              ? 'What lives here stays.'
              : 'Everybody on this controller may run containers on its nodes then: set a quota of new guests first.'}
          </p>
        </Action>
      )}
    </section>
  );
}
