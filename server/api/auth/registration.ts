import { z } from 'zod';
import { Secret } from '../../../base/secret.js';
import type { Stores } from '../../store/stores.js';

export const registrationModes = ['open', 'invite', 'closed'] as const;
export type RegistrationMode = (typeof registrationModes)[number];

const fact = 'registration';
const mode = z.enum(registrationModes).catch('invite');

/** Who may register once there is a first user: `invite` unless an admin has said otherwise. */
export async function registrationMode({
  instanceFacts,
}: Pick<Stores, 'instanceFacts'>): Promise<RegistrationMode> {
  return mode.parse((await instanceFacts.get(fact))?.reveal());
}

export async function setRegistrationMode(
  { instanceFacts }: Pick<Stores, 'instanceFacts'>,
  wanted: RegistrationMode,
): Promise<void> {
  await instanceFacts.set(fact, new Secret(wanted));
}
