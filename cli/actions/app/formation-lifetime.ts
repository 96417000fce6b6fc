import type { Formation } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { carryOutDelete } from '../carry-out.js';
import { usageError } from '../../terminal/errors.js';
import { currentBranch } from '../../git/git.js';
import { dropGitRemote, setGitRemote } from '../../git/git-remote.js';
import { refreshGitEndpoint } from '../session.js';
import { namedFormation } from './move-formation.js';

/** `deis create`: the formation, then the repository's remote and the git endpoint's host keys. */
export async function createFormation(call: Call): Promise<void> {
  const [positional] = call.args;
  const named = call.option('id');
  if (positional !== undefined && named !== undefined && positional !== named)
    throw usageError(`${positional} and --id=${named} are two names for one formation`);
  if (call.flag('ownNodes') && call.option('on') !== undefined)
    throw usageError('--own-nodes and --on are two grounds for one formation: name one of them');
  const { controller } = await call.profile();
  const formation = await (
    await call.api()
  ).post<Formation>('/api/formations', {
    id: named ?? positional,
    flavor: call.option('flavor'),
    on: call.flag('ownNodes') ? null : call.option('on'),
  });
  call.print(formation, () => formation.id);
  if (!call.disabled('remote')) {
    await setGitRemote(call.terminal.cwd, formation.git_url, call.output, { replace: false });
    await refreshGitEndpoint(call, controller);
  }
  const push = await pushWords(call, formation);
  for (const line of nextSteps(call, formation, push)) call.output.talk(line);
}

/** How code gets there: of branches that deploy by their name, of others as one that does. */
async function pushWords(call: Call, { git_url: url }: Formation): Promise<string> {
  if (call.disabled('remote')) return `a push to ${url}`;
  const branch = await currentBranch(call.terminal.cwd);
  return `git push deis ${branch === 'main' || branch === 'master' ? branch : 'HEAD:master'}`;
}

/** What is between a new formation and an app that answers. */
function nextSteps(call: Call, { id, on, layers }: Formation, push: string): string[] {
  if (on) return [`${id} lives on the nodes of ${on}. Next: ${push}`];
  const option = call.disabled('remote') ? ` -f ${id}` : '';
  const nodes = `deis layers:scale runtime=1 proxy=1${option}`;
  if (Object.keys(layers).length > 0) return [`Next: ${nodes}, and ${push}`];
  return [
    `${id} has no layers yet. Next, with a flavor of \`deis flavors\`:`,
    `  deis layers:create runtime FLAVOR${option} && deis layers:create proxy FLAVOR${option}`,
    `  ${nodes}, and ${push}`,
    `  (hosts of your own: deis nodes:create ADDRESS --layer=runtime${option} instead of scaling)`,
    `  (one node for all: deis layers:create box FLAVOR${option}, and deis layers:scale box=1${option})`,
  ];
}

/** `deis destroy`: asks for the name to be typed, unless --confirm has it. */
export async function destroyFormation(call: Call): Promise<void> {
  const name = await namedFormation(call);
  await confirm(call, name);
  await carryOutDelete(call, `/api/formations/${encodeURIComponent(name)}`);
  call.output.talk(`Destroyed ${name}`);
  await dropGitRemote(call.terminal.cwd, name, await call.gitEndpoint(), call.output);
}

async function confirm(call: Call, name: string): Promise<void> {
  const given = call.option('confirm');
  if (given === name) return;
  if (given !== undefined)
    throw usageError(
      `--confirm=${given} is not the name of what would be destroyed, ${name}`,
      'nothing was destroyed',
    );
  if (!call.terminal.interactive) throw usageError(`destroying ${name} needs --confirm=${name}`);
  call.output.warn(
    `this terminates the nodes of ${name} and deletes its repository, slugs, config and releases.`,
  );
  const typed = (await call.terminal.ask(`Type ${name} to go on: `)).trim();
  if (typed !== name) throw usageError('that is not its name', 'nothing was destroyed');
}
