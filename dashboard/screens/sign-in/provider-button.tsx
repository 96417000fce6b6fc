import { goToProvider } from '../../api/people/identity-requests.js';
import { useDoing } from '../../parts/action.js';
import { Problem } from '../../parts/small.js';

/** The way to the operator's provider of OpenID Connect. */
export function ProviderButton({ name }: { name: string }) {
  const { isBusy, problem, run } = useDoing(goToProvider);
  return (
    <>
      <Problem of={problem} />
      <p>
        <button type="button" disabled={isBusy} onClick={run}>
          Sign in with {name}
        </button>
      </p>
    </>
  );
}
