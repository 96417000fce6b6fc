import { useState } from 'preact/hooks';
import { importBuild } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { Field, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';

/** A slug that was built elsewhere, to be deployed. */
export function SlugForm({ formation }: { formation: string }) {
  const [url, setUrl] = useState('');
  const [sha256, setSha256] = useState('');
  const [procfile, setProcfile] = useState('');
  const { isBusy, errors, problem, onSubmit } = useForm(['url', 'sha256', 'procfile'], () =>
    goToOperation(importBuild(formation, { url: url.trim(), sha256: sha256.trim(), procfile })),
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      <TextField
        label="URL of the slug"
        value={url}
        onValue={setUrl}
        help="A tar archive of /app with all that the app needs, packed with gzip."
        error={errorAt(errors, 'url')}
      />
      <TextField label="Its sha256" value={sha256} onValue={setSha256} error={errorAt(errors, 'sha256')} />
      <Field label="Procfile" help="TYPE: COMMAND, one a line." error={errorAt(errors, 'procfile')}>
        {(attributes) => (
          <textarea
            {...attributes}
            {...bound(procfile, setProcfile)}
            rows={3}
            required
            placeholder="web: ./server"
          />
        )}
      </Field>
      <Command text={cliCommands.importBuild(formation, url.trim(), sha256.trim())} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Fetch and deploy it
      </button>
    </form>
  );
}
