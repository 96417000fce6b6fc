import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';

const factName = 'log-server';
const announced = z.object({ host: z.string(), port: z.number().int().min(1).max(65_535) });

/** Where the log server listens, whether it runs now or not. */
export type AnnouncedServer = z.output<typeof announced>;

/** Undefined where none has ever been started. */
export async function announcedServer(facts: InstanceFactStore): Promise<AnnouncedServer | undefined> {
  const fact = await facts.get(factName);
  return fact && announced.parse(JSON.parse(fact.reveal()));
}

/** Tells all processes, and from then on nodes that converge. */
export async function announceServer(facts: InstanceFactStore, server: AnnouncedServer): Promise<void> {
  await facts.set(factName, new Secret(JSON.stringify(server)));
}
