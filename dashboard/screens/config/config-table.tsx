import { useState } from 'preact/hooks';
import { Table } from '../../parts/table.js';
import type { ConfigRow } from './config-edits.js';

interface ConfigTableProps {
  readonly rows: readonly ConfigRow[];
  /** Whose values are in sight. */
  readonly shown: ReadonlySet<string>;
  /** Absent: the API gives none away. */
  readonly onShow?: ((names: readonly string[], isShown: boolean) => void) | undefined;
  readonly onEdit: ((name: string, value: string | null) => void) | undefined;
}

/** Names with their values, each hidden until somebody asks for it. */
export function ConfigTable({ rows, shown, onShow, onEdit }: ConfigTableProps) {
  if (rows.length === 0) return <p>There is no variable yet.</p>;
  const names = rows.map(({ name }) => name);
  const areShown = names.every((name) => shown.has(name));
  return (
    <>
      {onShow !== undefined && (
        <div class="buttons">
          <button type="button" aria-pressed={areShown} onClick={() => onShow(names, !areShown)}>
            {areShown ? 'Hide all' : 'Reveal all'}
          </button>
        </div>
      )}
      <Table label="Variables" heads={['Name', 'Value', ...(onShow === undefined ? [] : ['Actions'])]}>
        {rows.map((row) => (
          <Row key={row.name} row={row} isShown={shown.has(row.name)} onShow={onShow} onEdit={onEdit} />
        ))}
      </Table>
    </>
  );
}

interface RowProps extends Pick<ConfigTableProps, 'onShow' | 'onEdit'> {
  readonly row: ConfigRow;
  readonly isShown: boolean;
}

function Row({ row, isShown, onShow, onEdit }: RowProps) {
  const { name, value, isEdited } = row;
  return (
    <tr class={isEdited ? 'edited' : ''}>
      <th scope="row">
        <code>{name}</code>{' '}
        {isEdited && <span class="state busy">{value === null ? 'goes' : 'changed'}</span>}
      </th>
      <td>
        <Value row={row} isShown={isShown} onEdit={onEdit} />
      </td>
      {onShow !== undefined && (
        <td class="buttons">
          <button type="button" aria-pressed={isShown} onClick={() => onShow([name], !isShown)}>
            {isShown ? 'Hide' : 'Reveal'} <span class="unseen">{name}</span>
          </button>
          {onEdit !== undefined && value !== null && (
            <button type="button" onClick={() => onEdit(name, null)}>
              Remove <span class="unseen">{name}</span>
            </button>
          )}
        </td>
      )}
    </tr>
  );
}

interface ValueProps {
  readonly row: ConfigRow;
  readonly isShown: boolean;
  readonly onEdit: ConfigTableProps['onEdit'];
}

function Value({ row: { name, value }, isShown, onEdit }: ValueProps) {
  if (value === null) return <span class="quiet">removed when you save</span>;
  if (!isShown || value === undefined) return <span class="quiet">hidden</span>;
  if (onEdit === undefined) return <code>{value}</code>;
  return (
    <textarea
      aria-label={`Value of ${name}`}
      rows={Math.min(8, value.split('\n').length)}
      value={value}
      spellcheck={false}
      onInput={({ currentTarget }) => onEdit(name, currentTarget.value)}
    />
  );
}

/** A variable more. */
export function NewVariable({ onAdd }: { onAdd: (name: string, value: string) => void }) {
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        onAdd(name, value);
        setName('');
        setValue('');
      }}
    >
      <label>
        New variable
        <input
          value={name}
          required
          pattern="[A-Za-z_][A-Za-z0-9_]*"
          title="letters, digits and _, e.g. DATABASE_URL"
          autocapitalize="none"
          spellcheck={false}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <label>
        Its value
        <input
          value={value}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
      </label>
      <button type="submit">Add</button>
    </form>
  );
}
