import { z } from 'zod';
import { Conflict, Forbidden, NotFound, UserError } from '../../../base/errors.js';
import {
  alertKindNames,
  alertKindOf,
  alertKinds,
  thresholdOf,
  type AlertKind,
} from '../../alerts/alert-kinds.js';
import { tellHooks } from '../../alerts/hook-event.js';
import { rulePattern } from '../../alerts/log-pattern.js';
import type { AlertRecord, AlertRuleRecord, MemberAlert } from '../../store/alerts/alert-store.js';
import { forFormation, forUsers } from '../endpoint/endpoint.js';
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

/** Rules of one formation, and how many of them may look for a pattern in its log. */
export const maxRules = 30;
export const maxPatternRules = 5;

const ruleSchema = z
  .object({
    name: z.string().describe('Without another name that of its kind.'),
    kind: z.string(),
    summary: z.string(),
    threshold: z.number().nullable(),
    unit: z.string().nullable(),
    pattern: z.string().nullable().describe('RE2 that lines of the log match.'),
    minutes: z.int().nullable().describe('How far back they are counted.'),
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

const openAlertSchema = alertSchema
  .omit({ resolved_at: true })
  .extend({ formation: z.string() })
  .meta({ id: 'OpenAlert' });

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
  body: z.strictObject({
    kind: z.enum(alertKindNames),
    threshold: z.number().optional(),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is not a valid name of an alert: expected e.g. timeouts')
      .optional(),
    pattern: z.string().max(2000).optional().describe('Of the kind log: RE2 that lines match.'),
    minutes: z.int().optional().describe('Of the kind log: how far back lines are counted, 5 unless said.'),
  }),
  audit: ({ kind, threshold, name, minutes }) => ({ kind, threshold, name, minutes }),
  answer: async ({ parts, formation, user, body }) => {
    const { kind, threshold: given, name = kind } = body;
    const { isOfController }: AlertKind = alertKinds[kind];
    if (isOfController === true && !user.isAdmin)
      throw new Forbidden(`only an admin of the controller may add an alert ${kind}`);
    const what = { kind, name, threshold: thresholdOf(kind, given), ...rulePattern(kind, body) };
    const rules = await parts.stores.alerts.rulesOf(formation.id);
    if (rules.length >= maxRules)
      throw new UserError(`${formation.name} has ${maxRules} alerts, as many as there may be`);
    if (what.pattern !== null && rules.filter(({ pattern }) => pattern !== null).length >= maxPatternRules)
      throw new UserError(
        `${formation.name} has ${maxPatternRules} alerts with a pattern, as many as there may be: A|B is one`,
      );
    const rule = await parts.stores.alerts.addRule({ formationId: formation.id, ...what });
    if (rule === undefined)
      throw new Conflict(
        `${formation.name} has an alert ${name} already: remove it first to change it, or give another name`,
      );
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
    const rule = (await stores.alerts.rulesOf(formation.id)).find(({ name }) => name === param('alert'));
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

export const listOpenAlerts = forUsers({
  summary: 'List what is the matter now in all formations that you see, newest first.',
  answers: answersPageOf(openAlertSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.alerts.pageOfMember(call.user.id, request), openAlertJson),
});

function summaryOf(rule: AlertRuleRecord): string {
  return alertKindOf(rule.kind)?.summary ?? rule.kind;
}

function ruleJson(rule: AlertRuleRecord): Json<typeof ruleSchema> {
  const { name, kind, threshold, pattern, minutes, createdAt } = rule;
  const unit = alertKindOf(kind)?.threshold?.unit ?? null;
  const summary = summaryOf(rule);
  return { name, kind, summary, threshold, unit, pattern, minutes, created_at: isoTime(createdAt) };
}

function alertJson({ id, kind, subject, detail, since, resolvedAt }: AlertRecord): Json<typeof alertSchema> {
  return { id, kind, subject, detail, since: isoTime(since), resolved_at: isoTime(resolvedAt) };
}

function openAlertJson({ formation, ...alert }: MemberAlert): Json<typeof openAlertSchema> {
  const { id, kind, subject, detail, since } = alert;
  return { id, kind, subject, detail, since: isoTime(since), formation };
}
