import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../call.js';
import type { Domain } from '../../controller/api-types.js';
import type { AutoCertificateName, AutoCertificates } from '../../controller/certificate.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { printable } from '../../terminal/format.js';
import { integerOption } from '../../terminal/input/option-values.js';

const pauseMs = 2000;
const defaultSeconds = 600;

/**
 * `deis domains:wait [DOMAIN...]`: until the proxies serve each of these domains over TLS, those of the app unless said
 * otherwise. Says what each waits for. @throws CliError (failed) with that when the time is over, (usage) for a name
 * that is not a domain of the app
 */
export async function waitForDomains(call: Call): Promise<void> {
  const seconds = integerOption('--timeout', call.option('timeout') ?? String(defaultSeconds), {
    min: 1,
    max: 86_400,
  });
  const end = performance.now() + seconds * 1000;
  const said = new Map<string, string>();
  for (;;) {
    const names = await readNames(call);
    for (const each of names) {
      const text = sentence(each);
      if (said.get(each.name) !== text) call.output.talk(text);
      said.set(each.name, text);
    }
    const left = names.filter(({ state }) => state !== 'serving' && state !== 'yours');
    if (left.length === 0)
      return call.print(names, (all) => all.map(({ name }) => `https://${name}/`).join('\n'));
    const hopeless = left.filter(({ state }) => state === 'wildcard');
    if (performance.now() >= end || hopeless.length > 0)
      throw new CliError(
        hopeless.length > 0 ? 'a wildcard cannot be ordered' : `gave up after ${seconds} s`,
        exitCodes.failed,
        { details: left.map(sentence) },
      );
    await delay(Math.max(1, Math.min(pauseMs, end - performance.now())));
  }
}

/** The domains that are waited for, as they are now. */
async function readNames(call: Call): Promise<readonly AutoCertificateName[]> {
  const api = await call.api();
  const status = await api.get<AutoCertificates>(await call.formationPath('auto-certs'));
  if (!status.enabled) {
    const domains = await api.list<Domain>(await call.formationPath('domains'), Number.POSITIVE_INFINITY);
    throw usageError(
      domains.length === 0
        ? 'the app has no domains: deis domains:add www.example.com'
        : 'certificates are in your own hands: deis certs:auto enable, or deis certs:add',
    );
  }
  // As the controller keeps them.
  const asked = call.args.map((name) => name.trim().toLowerCase().replace(/\.$/, ''));
  const unknown = asked.find((name) => !status.names.some((each) => each.name === name));
  if (unknown !== undefined)
    throw usageError(`${JSON.stringify(unknown)} is not a domain of the app: deis domains`);
  if (status.names.length === 0) throw usageError('the app has no domains: deis domains:add www.example.com');
  return asked.length === 0 ? status.names : status.names.filter(({ name }) => asked.includes(name));
}

function sentence({ name, state, problem }: AutoCertificateName): string {
  if (problem !== null) return printable(problem.startsWith(name) ? problem : `${name}: ${problem}`);
  const words = {
    serving: 'the proxies serve its certificate',
    delivering: 'its certificate is on its way to the proxies',
    waiting: 'its certificate is being ordered',
    failing: 'its certificate could not be ordered',
    yours: 'a certificate of your own is good for it',
    wildcard: 'it cannot be ordered',
  } as const;
  return `${name}: ${words[state]}`;
}
