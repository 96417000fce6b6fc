import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import {
  givePerm,
  listPerms,
  listTransfers,
  offerFormation,
  takePerm,
  withdrawOffer,
} from '../../api/people/people-requests.js';
import type { Perm, Transfer } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { goTo } from '../../parts/route.js';
import { Loading, More, Problem } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';

interface PeopleProps extends FormationProps {
  readonly username: string;
}

/** Who may do what here, and to whom it is offered. */
export function People({ formation: { id, owner, may }, username }: PeopleProps) {
  const { value, problem, reload } = useLive(id, async () => {
    const [perms, transfers] = await Promise.all([listPerms(id), listTransfers()]);
    return {
      perms,
      offer: transfers.results.find(({ formation, from }) => formation === id && from === owner),
    };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its people" />;
  const { perms, offer } = value;
  const all = [{ username: owner, role: 'owner' }, ...perms.results];
  return (
    <>
      <Problem of={problem} />
      <Table label="People" heads={['Username', 'Role', 'Actions']}>
        {all.map((each) => (
          <PersonRow
            key={each.username}
            formation={id}
            person={each}
            isSelf={each.username === username}
            mayShare={may.includes('share')}
            onTaken={reload}
          />
        ))}
      </Table>
      <More shown={perms.results.length} count={perms.count} />
      {may.includes('share') && <Give formation={id} onGiven={reload} />}
      {may.includes('transfer') && <Offer formation={id} offer={offer} onChanged={reload} />}
    </>
  );
}

interface RowProps {
  readonly formation: string;
  readonly person: { readonly username: string; readonly role: string };
  readonly isSelf: boolean;
  readonly mayShare: boolean;
  readonly onTaken: () => void;
}

/** The owner stays: who else is to own it is offered it. */
function PersonRow({ formation, person: { username, role }, isSelf, mayShare, onTaken }: RowProps) {
  return (
    <tr>
      <th scope="row">{username}</th>
      <td>{role}</td>
      <td>
        {role !== 'owner' && isSelf && <Leave formation={formation} username={username} />}
        {role !== 'owner' && !isSelf && mayShare && (
          <Take formation={formation} username={username} onTaken={onTaken} />
        )}
      </td>
    </tr>
  );
}

function Take({
  formation,
  username,
  onTaken,
}: {
  formation: string;
  username: string;
  onTaken: () => void;
}) {
  return (
    <Action
      label={`Remove ${username}`}
      command={cliCommands.takePerm(formation, username)}
      onDo={() => takePerm(formation, username).then(onTaken)}
    >
      <p>To {username} the formation is not there any more.</p>
    </Action>
  );
}

function Leave({ formation, username }: { formation: string; username: string }) {
  return (
    <Action
      label="Leave"
      command={cliCommands.takePerm(formation, username)}
      onDo={() => takePerm(formation, username).then(() => goTo('#/'))}
    >
      <p>You give your own role up. Only an admin of the formation gives it back.</p>
    </Action>
  );
}

const roles = {
  viewer: 'viewer: sees, without values of config',
  collaborator: 'collaborator: deploys, scales, runs',
  admin: 'admin: nodes, domains and roles, too',
} as const satisfies Readonly<Record<Perm['role'], string>>;

function Give({ formation, onGiven }: { formation: string; onGiven: () => void }) {
  const [username, setUsername] = useState('');
  const [role, setRole] = useState<Perm['role']>('collaborator');
  return (
    <section>
      <h2>Give a role</h2>
      <Form
        label="Give role"
        command={cliCommands.givePerm(formation, username, role)}
        isIdle={username === ''}
        onDo={() => givePerm(formation, username, role)}
        onDone={() => {
          setUsername('');
          onGiven();
        }}
      >
        <label>
          Username
          <input {...bound(username, (typed) => setUsername(typed.trim()))} autocomplete="off" />
        </label>
        <Choice label="Role" value={role} of={roles} onValue={setRole} />
      </Form>
    </section>
  );
}

interface OfferProps {
  readonly formation: string;
  readonly offer: Transfer | undefined;
  readonly onChanged: () => void;
}

/** A formation has one owner, who hands it over. */
function Offer({ formation, offer, onChanged }: OfferProps) {
  const [username, setUsername] = useState('');
  return (
    <section>
      <h2>Hand it over</h2>
      {offer !== undefined && (
        <>
          <p class="notice">
            It is offered to {offer.to}, who may accept it until {new Date(offer.expires_at).toLocaleString()}
            .
          </p>
          <Action
            label="Withdraw the offer"
            command={cliCommands.withdrawOffer(formation)}
            onDo={() => withdrawOffer(formation).then(onChanged)}
          >
            <p>{offer.to} can accept it no more.</p>
          </Action>
        </>
      )}
      <Form
        label="Offer formation"
        command={cliCommands.offer(formation, username)}
        isIdle={username === ''}
        onDo={() => offerFormation(formation, username)}
        onDone={() => {
          setUsername('');
          onChanged();
        }}
      >
        <label>
          New owner
          <input {...bound(username, (typed) => setUsername(typed.trim()))} autocomplete="off" />
        </label>
      </Form>
      <p class="quiet">An offer stands for seven days. You stay as an admin.</p>
    </section>
  );
}
