import type { Call } from '../../call.js';
import type { Quota } from '../../controller/api-types.js';
import { usageError } from '../../terminal/errors.js';
import { memorySize } from '../../terminal/format.js';

/** A quota for people: `10 containers, 2G, 2 cores, 5G of disk`. */
export function quotaText({ containers, memory, cpus, disk }: Quota): string {
  const parts = [
    ...(containers === null ? [] : [`${containers} container${containers === 1 ? '' : 's'}`]),
    ...(memory === null ? [] : [memorySize(memory)]),
    ...(cpus === null ? [] : [`${cpus} core${cpus === 1 ? '' : 's'}`]),
    ...(disk === null ? [] : [`${memorySize(disk)} of disk`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

interface ShownQuota {
  readonly quota: Quota;
  readonly guests: number | null;
}

/** `deis hosts:quota`: of a guest, or of those to come; without anything to change it shows what those may. */
export async function changeQuota(call: Call): Promise<void> {
  const [guest] = call.args;
  const body = {
    guest,
    containers: numberOption(call, 'containers'),
    memory: call.option('memory') === 'none' ? null : call.option('memory'),
    cpus: numberOption(call, 'cpu'),
    disk: call.option('disk') === 'none' ? null : call.option('disk'),
    guests: numberOption(call, 'guests'),
  };
  const path = await call.formationPath('quotas');
  const api = await call.api();
  const isShown = Object.values(body).every((value) => value === undefined);
  const given = await (isShown ? api.get<ShownQuota>(path) : api.post<ShownQuota>(path, body));
  if (call.wantsJson) return call.output.json(given);
  if (guest !== undefined) return call.output.talk(`Quota of ${guest}: ${quotaText(given.quota)}`);
  call.output.talk(`Quota of new guests of ${await call.formation()}: ${quotaText(given.quota)}`);
  const bound = given.guests === null ? 'as many as they like' : `${given.guests}`;
  call.output.talk(`Guests of each person without a role in it: ${bound}`);
}

function numberOption(call: Call, name: string): number | null | undefined {
  const text = call.option(name);
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw usageError(
    `--${name}=${text} is not a valid number: expected one like 2, or none`,
    `deis hosts:quota shop --${name}=2 -f FORMATION`,
  );
}
