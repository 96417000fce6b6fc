import type { HostKey } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';

/**
 * The host key that a host shows, confirmed: --host-key must be the same key or its fingerprint, else a
 * person is asked.
 * @throws CliError (usage) when it is another, or nobody can be asked; nothing has happened then
 */
export async function confirmHostKey(call: Call, where: string, shown: HostKey): Promise<string> {
  const wanted = call.option('hostKey')?.trim();
  if (wanted !== undefined) {
    if (wanted === shown.fingerprint || sameKey(wanted, shown.host_key)) return shown.host_key;
    throw usageError(
      `${where} shows the host key ${shown.fingerprint}, not the one of --host-key`,
      'nothing was done; compare: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the host itself',
    );
  }
  if (!call.terminal.interactive)
    throw usageError(
      `${where} shows the host key ${shown.fingerprint}: ` +
        `give --host-key=${shown.fingerprint} if that is right`,
      'compare: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the host itself',
    );
  call.output.talk(`${where} shows the host key ${shown.fingerprint}`);
  call.output.talk('  compare it on the host itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  const answer = (await call.terminal.ask('Is it right? [y/N] ')).trim();
  if (!/^y(es)?$/i.test(answer)) throw usageError('the host key was not confirmed', 'nothing was done');
  return shown.host_key;
}

/** The same key, whatever its comment. */
function sameKey(a: string, b: string): boolean {
  const key = (line: string): string => line.split(/\s+/).slice(0, 2).join(' ');
  return key(a) === key(b);
}
