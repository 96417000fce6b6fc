import { aliased, aliasedText, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

/** What a formation wants to be told of. */
export interface AlertRuleRecord {
  readonly id: number;
  readonly formationId: number;
  readonly kind: string;
  /** What it is called; without another name that of its kind. */
  readonly name: string;
  /** Null: the kind has none. */
  readonly threshold: number | null;
  /** RE2 of lines that are counted, over so many minutes; null of a kind that counts none. */
  readonly pattern: string | null;
  readonly minutes: number | null;
  readonly createdAt: Date;
}

export type NewAlertRule = Omit<AlertRuleRecord, 'id' | 'createdAt'>;

/** Something that is, or was, the matter. */
export interface AlertRecord {
  readonly id: number;
  readonly formationId: number;
  readonly ruleId: number;
  readonly kind: string;
  /** `web.1`, a node's or a certificate's name, or `app`. */
  readonly subject: string;
  readonly detail: string;
  readonly since: Date;
  /** When it was last found to be so. */
  readonly seenAt: Date;
  readonly resolvedAt: Date | null;
}

/** With the name of its formation. */
export interface MemberAlert extends AlertRecord {
  readonly formation: string;
}

export type NewAlert = Pick<AlertRecord, 'formationId' | 'ruleId' | 'kind' | 'subject' | 'detail'>;

const ruleColumns: Columns<AlertRuleRecord> = {
  id: 'id',
  formationId: 'formation_id',
  kind: 'kind',
  name: 'name',
  threshold: 'threshold',
  pattern: 'pattern',
  minutes: 'minutes',
  createdAt: 'created_at',
};
const alertColumns: Columns<AlertRecord> = {
  id: 'id',
  formationId: 'formation_id',
  ruleId: 'rule_id',
  kind: 'kind',
  subject: 'subject',
  detail: 'detail',
  since: 'since',
  seenAt: 'seen_at',
  resolvedAt: 'resolved_at',
};

export class AlertStore {
  constructor(private readonly database: Database) {}

  /** Undefined where the formation has a rule of that name. */
  async addRule({ formationId, ...rule }: NewAlertRule): Promise<AlertRuleRecord | undefined> {
    const rows = await this.database('alert_rules')
      .insert({ formation_id: formationId, ...rule })
      .onConflict(['formation_id', 'name'])
      .ignore()
      .returning(aliased(ruleColumns));
    return rows[0] as AlertRuleRecord | undefined;
  }

  /** With its alerts. Whether there was one. */
  async removeRule(formationId: number, name: string): Promise<boolean> {
    return (await this.database('alert_rules').where({ formation_id: formationId, name }).delete()) > 0;
  }

  async rulesOf(formationId: number): Promise<AlertRuleRecord[]> {
    return this.database('alert_rules')
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<AlertRuleRecord[]>(aliased(ruleColumns));
  }

  /** Formations that have a rule: an alert goes with its rule. */
  async formationsWithRules(): Promise<number[]> {
    return this.database('alert_rules').distinct().orderBy('formation_id').pluck<number[]>('formation_id');
  }

  /** Rules that count lines of logs, of all formations, one formation's after the other's. */
  async rulesWithPattern(): Promise<AlertRuleRecord[]> {
    return this.database('alert_rules')
      .whereNotNull('pattern')
      .orderBy(['formation_id', 'id'])
      .select<AlertRuleRecord[]>(aliased(ruleColumns));
  }

  async openOf(formationId: number): Promise<AlertRecord[]> {
    return this.database('alerts')
      .where({ formation_id: formationId })
      .whereNull('resolved_at')
      .orderBy('id')
      .select<AlertRecord[]>(aliased(alertColumns));
  }

  /** Newest first. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<AlertRecord>> {
    const rows = this.database('alerts').where({ formation_id: formationId });
    const order = { keys: [{ column: 'id', type: 'bigint' as const }], descending: true };
    return readPage(this.database, { rows, columns: aliased(alertColumns), order }, request);
  }

  /** Open ones of all formations that the user owns or has a role in, newest first. */
  async pageOfMember(userId: number, request: PageRequest): Promise<Page<MemberAlert>> {
    const open = this.database('alerts')
      .join('formations', 'formations.id', 'alerts.formation_id')
      .whereNull('alerts.resolved_at');
    const own = open.clone().where('formations.owner_id', userId);
    const shared = open
      .clone()
      .join('formation_roles', 'formation_roles.formation_id', 'formations.id')
      .where('formation_roles.user_id', userId)
      .whereNot('formations.owner_id', userId);
    const parts = [own, shared].map((rows) => rows.select('alerts.*', 'formations.name as formation_name'));
    const rows = this.database.from(parts[0]!.clone().unionAll(parts[1]!.clone()).as('alerts'));
    const columns = [...aliased(alertColumns), 'formation_name as formation'];
    const order = { keys: [{ column: 'id', type: 'bigint' as const }], descending: true };
    return readPage(this.database, { rows, columns, order }, request);
  }

  /** Undefined where the same is open already. */
  async open(alert: NewAlert, now: Date): Promise<AlertRecord | undefined> {
    const { formationId, ruleId, kind, subject, detail } = alert;
    const { rows } = await this.database.raw<{ rows: AlertRecord[] }>(
      `insert into alerts (formation_id, rule_id, kind, subject, detail, since, seen_at)
       select :formationId, id, :kind, :subject, :detail, :now, :now from alert_rules where id = :ruleId
       on conflict (rule_id, subject) where resolved_at is null do nothing
       returning ${aliasedText(alertColumns)}`,
      { formationId, ruleId, kind, subject, detail, now },
    );
    return rows[0];
  }

  async saw(id: number, detail: string, now: Date): Promise<void> {
    await this.database('alerts').where({ id }).update({ detail, seen_at: now });
  }

  /** Whether it was open until now. */
  async resolve(id: number, now: Date): Promise<boolean> {
    return (
      (await this.database('alerts').where({ id }).whereNull('resolved_at').update({ resolved_at: now })) > 0
    );
  }

  /** Those that ended before a moment. Resolves to their number. */
  async removeResolvedBefore(moment: Date): Promise<number> {
    return this.database('alerts').where('resolved_at', '<', moment).delete();
  }
}
