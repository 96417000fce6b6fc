import { listOf, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Alert, AlertRule, Delivery, Hook, NewAlertRule, NewHook } from '../types.js';

/** What is, and was, the matter, newest first. */
export const listFiredAlerts = (formation: string): Promise<Listed<Alert>> =>
  answerOf(api.GET('/api/formations/{formation}/fired-alerts', listOf(formation, 100)));

export const listAlertRules = (formation: string): Promise<Listed<AlertRule>> =>
  answerOf(api.GET('/api/formations/{formation}/alerts', listOf(formation)));
export const addAlertRule = (formation: string, body: NewAlertRule): Promise<AlertRule> =>
  answerOf(api.POST('/api/formations/{formation}/alerts', { params: { path: { formation } }, body }));
export const removeAlertRule = (formation: string, alert: string): Promise<unknown> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/alerts/{alert}', { params: { path: { formation, alert } } }),
  );
/** Resolves to the number of hooks that are told. */
export const testAlertRule = async (formation: string, alert: string): Promise<number> => {
  const path = { formation, alert };
  return (await answerOf(api.POST('/api/formations/{formation}/alerts/{alert}/test', { params: { path } })))
    .hooks;
};

export const listHooks = (formation: string): Promise<Listed<Hook>> =>
  answerOf(api.GET('/api/formations/{formation}/hooks', listOf(formation)));
/** Answers the secret, which is shown to nobody again. */
export const addHook = (
  formation: string,
  body: { readonly url: string; readonly name?: string },
): Promise<NewHook> =>
  answerOf(api.POST('/api/formations/{formation}/hooks', { params: { path: { formation } }, body }));
export const removeHook = (formation: string, hook: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/formations/{formation}/hooks/{hook}', { params: { path: { formation, hook } } }));

/** What a hook was sent, newest first. */
export const listDeliveries = (formation: string, hook: string): Promise<Listed<Delivery>> =>
  answerOf(
    api.GET('/api/formations/{formation}/hooks/{hook}/deliveries', {
      params: { path: { formation, hook }, query: { limit: 50 } },
    }),
  );
export const resendDelivery = (formation: string, hook: string, delivery: string): Promise<Delivery> =>
  answerOf(
    api.POST('/api/formations/{formation}/hooks/{hook}/deliveries/{delivery}/resend', {
      params: { path: { formation, hook, delivery } },
    }),
  );
