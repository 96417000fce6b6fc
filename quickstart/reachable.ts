import { execa } from 'execa';
import { UserError } from '../base/errors.js';

const answerMs = 15_000;

/**
 * The registry that builds shall use: DEIS_NPM_REGISTRY, else the one that this person's npm is set to. npm tells
 * programs that it runs of settings that are not its defaults; to ask it takes a start of npm.
 */
export async function npmRegistry(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return (
    env['DEIS_NPM_REGISTRY'] ||
    env['npm_config_registry'] ||
    (await execa('npm', ['config', 'get', 'registry'], { timeout: answerMs })).stdout.trim()
  );
}

/**
 * Asks the registry over HTTPS, as builds will. @throws UserError naming the check, when it gives no answer.
 * Debian's mirror is asked by apt, which names it, when a package or an image is missing.
 */
export async function checkRegistry(registry: string): Promise<string> {
  try {
    const answer = await fetch(new URL('-/ping', registry), { signal: AbortSignal.timeout(answerMs) });
    await answer.body?.cancel();
    return `the npm registry answers`;
  } catch (error) {
    const cause = (error as { cause?: Error }).cause?.message ?? (error as Error).message;
    throw new UserError(
      `check "npm registry" failed: found no answer of ${registry} (${cause}); ` +
        'apps install their packages from it: see npm config set registry, ' +
        'and NODE_EXTRA_CA_CERTS for an own certificate authority',
      { field: 'npm registry' },
    );
  }
}
