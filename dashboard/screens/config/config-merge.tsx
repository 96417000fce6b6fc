import { Table } from '../../parts/table.js';
import type { Clash, Edits, Meanwhile, Seen } from './config-edits.js';

interface MergeProps {
  readonly of: Meanwhile;
  /** As they are now: a choice may have been made. */
  readonly edits: Edits;
  /** Undefined: it stays as it is. */
  readonly onEdit: (name: string, value: Seen) => void;
}

/** That somebody else was faster, with what they changed and what both did, to be chosen for each variable. */
export function ConfigMerge({ of: { changed, both }, edits, onEdit }: MergeProps) {
  return (
    <>
      <div class="notice bad" role="alert">
        <p>
          Someone else changed the config while it was open here. They changed{' '}
          <b>{changed.join(', ') || 'nothing that is still different'}</b>. Nothing of yours is saved yet.
        </p>
        <p>
          {both.length === 0
            ? 'Your own changes are kept below, on top of theirs. Look them over before you save.'
            : 'Choose for each variable that you both changed before you save.'}
        </p>
      </div>
      {both.length > 0 && (
        <Table label="Changed by both" heads={['Name', 'Before', 'Theirs', 'Yours', 'Choose']}>
          {both.map((clash) => (
            <ClashRow key={clash.name} clash={clash} edits={edits} onEdit={onEdit} />
          ))}
        </Table>
      )}
    </>
  );
}

function ClashRow({ clash, edits, onEdit }: { clash: Clash } & Omit<MergeProps, 'of'>) {
  const { name, before, theirs, yours } = clash;
  // An edit that changes nothing is none.
  const isTheirs = !edits.has(name);
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        <Shown value={before} />
      </td>
      <td>
        <Shown value={theirs} />
      </td>
      <td>
        <Shown value={yours} />
      </td>
      <td class="buttons">
        <button type="button" aria-pressed={isTheirs} onClick={() => onEdit(name, theirs)}>
          Take theirs <span class="unseen">of {name}</span>
        </button>
        <button
          type="button"
          aria-pressed={!isTheirs && edits.get(name) === yours}
          onClick={() => onEdit(name, yours)}
        >
          Keep yours <span class="unseen">of {name}</span>
        </button>
      </td>
    </tr>
  );
}

function Shown({ value }: { value: Seen }) {
  if (value === null) return <span class="quiet">not there</span>;
  return value === undefined ? <span class="quiet">hidden</span> : <code>{value}</code>;
}
