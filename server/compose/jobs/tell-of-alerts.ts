import { evaluateAlerts } from '../../alerts/evaluate-alerts.js';
import { HookSender } from '../../alerts/hook-sender.js';
import { maxMinutes } from '../../alerts/log-pattern.js';
import { MailSender } from '../../alerts/mail-sender.js';
import type { AlertSources } from '../../alerts/read-facts.js';
import { sendDeliveries } from '../../alerts/send-deliveries.js';
import { trustedAuthorities } from '../../builder/toolchains/fetch-file.js';
import { RemoteNetworks } from '../../remote/remote-networks.js';
import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import type { Base } from '../open-base.js';

/** Seldom enough for the database, often enough for a minute from what happens to who is told. */
const evaluateEveryMs = 10_000;
const sendMs = 5_000;
const deadlineMs = 120_000;
const dayMs = 86_400_000;
const keepDays = 30;
/** Of each hook the newest are kept. */
const maxDeliveries = 200;

/** Finds what is the matter, tells hooks, and forgets what is old: a job each, so that a slow hook delays no look. */
export function tellOfAlerts(
  settings: Pick<Settings, 'hookNetworks' | 'mail' | 'caBundle'>,
  { stores, log, shutdown }: Pick<Base, 'stores' | 'log' | 'shutdown'>,
  archivedUntil: AlertSources['archivedUntil'],
): Job[] {
  const web = new HookSender(new RemoteNetworks(settings.hookNetworks));
  shutdown.add('the hooks', () => web.close());
  const senders = { web, mail: mailSender(settings) };
  return [
    {
      name: 'evaluate-alerts',
      everyMs: evaluateEveryMs,
      deadlineMs,
      run: (signal) =>
        evaluateAlerts({ stores, archivedUntil }, now, signal, (error, formation) =>
          log.warn({ err: error, formation }, 'could not look for what is the matter'),
        ),
    },
    {
      name: 'send-deliveries',
      everyMs: sendMs,
      deadlineMs,
      run: (signal) => sendDeliveries(stores, senders, now, signal),
    },
    {
      name: 'collect-alerts',
      everyMs: dayMs / 24,
      deadlineMs,
      run: async () => {
        await stores.alerts.removeResolvedBefore(new Date(now().getTime() - keepDays * dayMs));
        await stores.logMatches.removeBefore(new Date(now().getTime() - 2 * maxMinutes * 60_000));
        await stores.hooks.removeAllBut(maxDeliveries);
      },
    },
  ];
}

/** Undefined where the operator names no mail server. */
export function mailSender({ mail, caBundle }: Pick<Settings, 'mail' | 'caBundle'>): MailSender | undefined {
  return mail && new MailSender(mail, () => trustedAuthorities(caBundle ?? null));
}
