import type { Call } from '../../call.js';
import type { AutoCertificates } from '../../controller/certificate.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';
import { carryOut } from '../carry-out.js';

const actions = ['status', 'enable', 'disable', 'refresh'];

/** `deis certs:auto [status|enable|disable|refresh]`. @throws CliError (usage) for another word */
export async function autoCerts(call: Call): Promise<void> {
  const action = call.args[0] ?? 'status';
  if (!actions.includes(action))
    throw usageError(`${JSON.stringify(action)} is not a valid action: expected ${actions.join(', ')}`);
  const path = await call.formationPath('auto-certs');
  if (action === 'status') return showAutoCerts(call, await (await call.api()).get<AutoCertificates>(path));
  if (action === 'refresh')
    return showAutoCerts(call, await (await call.api()).post<AutoCertificates>(`${path}/refresh`, {}));
  await carryOut(call, path, { enabled: action === 'enable' });
  call.output.talk(
    action === 'enable'
      ? 'Certificates are ordered and renewed by the controller. How far they are: deis certs:auto'
      : 'Certificates are in your own hands. Those that there are serve until they expire: deis certs',
  );
}

function showAutoCerts(call: Call, status: AutoCertificates): void {
  call.print(status, ({ enabled, ca, names }) => {
    if (!enabled)
      return (
        'off: certificates are in your own hands. Once the operator has agreed to the terms of ' +
        `${ca}, they are ordered there: deis certs:auto enable`
      );
    if (names.length === 0) return `on (${ca}), without a domain: deis domains:add www.example.com`;
    const rows = names.map((each) => [each.name, each.state, each.certificate, each.next_attempt_at]);
    const problems = [...new Set(names.flatMap(({ problem }) => problem ?? []))];
    return [table(['DOMAIN', 'TLS', 'CERTIFICATE', 'NEXT ATTEMPT'], rows), ...problems].join('\n');
  });
}
