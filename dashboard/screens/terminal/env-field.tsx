import { bound } from '../../parts/form.js';

interface EnvProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** For whom they are, to those who do not see it. */
  readonly of: string;
  readonly disabled?: boolean;
}

/** `deis run --env`: variables for one command alone. */
export function EnvField({ value, onValue, of, disabled = false }: EnvProps) {
  return (
    <details>
      <summary>
        Variables for it alone<span class="unseen"> ({of})</span>
      </summary>
      <label>
        <span>
          NAME=value, one a line<span class="unseen"> ({of})</span>
        </span>
        <textarea {...bound(value, onValue)} rows={3} placeholder="BATCH=5" disabled={disabled} />
        <small class="quiet">They win over the app's config, this once.</small>
      </label>
    </details>
  );
}
