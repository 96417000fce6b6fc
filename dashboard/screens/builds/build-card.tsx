import { cancelBuild } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Release } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { linkTo } from '../../parts/route.js';
import { State, When } from '../../parts/small.js';
import { messageOf } from '../formations/attention.js';
import { buildInWords, isUnderWay, nameOf, type BuildRow } from './build-rows.js';
import { RetryRelease } from './retry-release.js';

interface CardProps {
  readonly formation: string;
  readonly row: BuildRow;
  readonly mayDeploy: boolean;
  /** The release that can be deployed again. */
  readonly failed: Release | undefined;
  readonly onChanged: () => void;
}

/** One build in the list, with the way to its output. */
export function BuildCard(props: CardProps) {
  const { formation, row } = props;
  const { id, at, build, operation, state } = row;
  return (
    <li>
      <h3>
        <a href={linkTo(formation, 'builds', id)}>{nameOf(row)}</a>{' '}
        {state !== undefined && <State name={state} />}
      </h3>
      <p>
        <Made row={row} />{' '}
        <span class="quiet">
          {operation !== undefined && `by ${operation.requested_by ?? 'an account that is gone'}, `}
          <When at={at} />
        </span>
      </p>
      {build !== undefined && Object.keys(build.procfile).length > 0 && (
        <p class="quiet">Process types: {Object.keys(build.procfile).join(', ')}</p>
      )}
      {operation?.state === 'failed' && (
        <p class="notice bad">{messageOf(operation.error) ?? 'It failed.'}</p>
      )}
      {props.mayDeploy && <Actions {...props} />}
    </li>
  );
}

function Actions({ formation, row, failed, onChanged }: CardProps) {
  return (
    <>
      {isUnderWay(row) && <Cancel formation={formation} push={row.id} onDone={onChanged} />}
      {failed !== undefined && failed.build === row.build?.uuid && (
        <RetryRelease formation={formation} release={failed} />
      )}
    </>
  );
}

function Made({ row: { build, operation } }: { row: BuildRow }) {
  if (build !== undefined) return <>{buildInWords(build)}</>;
  return <>{operation?.finished_at === null ? 'not built yet' : 'nothing came of it'}</>;
}

interface CancelProps {
  readonly formation: string;
  readonly push: string;
  readonly onDone: () => void;
}

function Cancel({ formation, push, onDone }: CancelProps) {
  return (
    <Action
      label="Cancel this build"
      command={cliCommands.cancelBuild(formation, push)}
      onDo={() => cancelBuild(formation, push).then(onDone)}
    >
      <p>The push ends. What is live stays live.</p>
    </Action>
  );
}
