import { retryRelease } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Release } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';

/** Deploys the newest release again, which failed. */
export function RetryRelease({ formation, release: { version } }: { formation: string; release: Release }) {
  return (
    <Action
      label={`Retry v${version}`}
      command={cliCommands.retryRelease(formation)}
      onDo={() => goToOperation(retryRelease(formation))}
    >
      <p>A new release with all that v{version} holds is deployed. Nothing is built again.</p>
    </Action>
  );
}
