import { z } from 'zod';
import { Conflict, NotFound } from '../../../base/errors.js';
import { alertKindNames, alertKinds, thresholdOf, type AlertKind } from '../../alerts/alert-kinds.js';
import { tellHooks } from '../../alerts/hook-event.js';
import type { AlertRecord, AlertRuleRecord } from '../../store/alerts/alert-store.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery, plainPage } from '../endpoint/page.js';
import {
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
  type Json,
} from '../http/answers.js';
import { isoTime } from '../http/time.js';

const ruleSchema = z
  .object({
    kind: z.string(),
    summary: z.string(),
    threshold: z.number().nullable(),
    unit: z.string().nullable(),
    created_at: moment,
  })
  .meta({ id: 'AlertRule' });

const alertSchema = z
  .object({
    id: z.int(),
    kind: z.string(),
    subject: z.string().describe('`web.1`, a node, a certificate, or `app`.'),
    detail: z.string(),
    since: moment,
    resolved_at: moment.nullable(),
  })
  .meta({ id: 'Alert' });

/** What the formation's people are told of. */
export const listAlertRules = forFormation({
  may: 'see',
  summary: 'List the rules by which hooks are told of what is the matter.',
  answers: answersPageOf(ruleSchema),
  query: pageQuery,
  answer: async (call) => {
    const rules = await call.parts.stores.alerts.rulesOf(call.formation.id);
    return page(
      call,
      async () => ({ count: rules.length, items: rules }),
      async () => ruleJson,
    );
  },
});

export const addAlertRule = forFormation({
  may: 'network',
  summary: 'Have hooks told when something is the matter, and when it is over.',
  answers: answersCreated(ruleSchema),
  body: z.strictObject({ kind: z.enum(alertKindNames), threshold: z.number().optional() }),
  audit: ({ kind, threshold }) => ({ kind, threshold }),
  answer: async ({ parts, formation, body: { kind, threshold } }) => {
    const rule = await parts.stores.alerts.addRule(formation.id, kind, thresholdOf(kind, threshold));
    if (rule === undefined)
      throw new Conflict(`${formation.name} has an alert ${kind} already: remove it first to change it`);
    return { status: 201, body: ruleJson(rule) };
  },
});

export const removeAlertRule = forFormation({
  may: 'network',
  summary: 'Take a rule away, with what it found.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => {
    if (!(await parts.stores.alerts.removeRule(formation.id, param('alert'))))
      throw new NotFound(`${formation.name} has no alert ${param('alert')}`);
    return { status: 204 };
  },
});

export const testAlertRule = forFormation({
  may: 'network',
  summary: 'Send each hook a message of this kind that says that it is a test.',
  answers: answersWith(z.object({ hooks: z.int().describe('How many are told.') })),
  answer: async ({ parts: { stores, now }, formation, param }) => {
    const rule = (await stores.alerts.rulesOf(formation.id)).find(({ kind }) => kind === param('alert'));
    if (rule === undefined) throw new NotFound(`${formation.name} has no alert ${param('alert')}`);
    const detail = `this is a test: nothing is the matter (${summaryOf(rule)})`;
    const alert = { kind: rule.kind, subject: 'app', detail, since: now(), resolvedAt: null };
    return {
      status: 200,
      body: { hooks: await tellHooks(stores, formation, { event: 'alert.test', alert, now: now() }) },
    };
  },
});

export const listFiredAlerts = forFormation({
  may: 'see',
  summary: 'List what is, and was, the matter, newest first.',
  answers: answersPageOf(alertSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.alerts.pageOfFormation(call.formation.id, request),
      alertJson,
    ),
});

function kindOf({ kind }: AlertRuleRecord): AlertKind | undefined {
  return Object.hasOwn(alertKinds, kind) ? alertKinds[kind as keyof typeof alertKinds] : undefined;
}

function summaryOf(rule: AlertRuleRecord): string {
  return kindOf(rule)?.summary ?? rule.kind;
}

function ruleJson(rule: AlertRuleRecord): Json<typeof ruleSchema> {
  const { kind, threshold, createdAt } = rule;
  const unit = kindOf(rule)?.threshold?.unit ?? null;
  return { kind, summary: summaryOf(rule), threshold, unit, created_at: isoTime(createdAt) };
}

function alertJson({ id, kind, subject, detail, since, resolvedAt }: AlertRecord): Json<typeof alertSchema> {
  return { id, kind, subject, detail, since: isoTime(since), resolved_at: isoTime(resolvedAt) };
}
