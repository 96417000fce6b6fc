import type { Database } from '../database.js';

/** Up to where the kept lines of a formation have been looked at. */
export interface LogPosition {
  /** Inode of the file; null before there is one. */
  readonly file: string | null;
  readonly position: number;
  readonly lookedAt: Date;
}

/** Seconds of lines that are counted together. */
export const matchSeconds = 10;

/** How many lines matched the pattern of a rule, and when. */
export class LogMatchStore {
  constructor(private readonly database: Database) {}

  /** Undefined where nothing was looked at yet. */
  async positionOf(formationId: number): Promise<LogPosition | undefined> {
    return this.database('log_positions')
      .where({ formation_id: formationId })
      .first<LogPosition | undefined>(['file', 'position', 'looked_at as lookedAt']);
  }

  async setPosition(formationId: number, { file, position, lookedAt }: LogPosition): Promise<void> {
    const row = { file, position, looked_at: lookedAt };
    await this.database('log_positions')
      .insert({ formation_id: formationId, ...row })
      .onConflict('formation_id')
      .merge(row);
  }

  /** Lines of one span of `matchSeconds`, beside those that are counted already. A rule that went counts nothing. */
  async add(ruleId: number, at: Date, count: number): Promise<void> {
    await this.database.raw(
      `insert into log_matches as known (rule_id, at, count)
       select id, :at, :count from alert_rules where id = :ruleId
       on conflict (rule_id, at) do update set count = known.count + excluded.count`,
      { ruleId, at, count },
    );
  }

  /** Lines that matched from a moment on. */
  async countSince(ruleId: number, moment: Date): Promise<number> {
    const [row] = await this.database('log_matches')
      .where({ rule_id: ruleId })
      .where('at', '>=', moment)
      .sum<{ sum: string | null }[]>('count as sum');
    return Number(row?.sum ?? 0);
  }

  async removeBefore(moment: Date): Promise<void> {
    await this.database('log_matches').where('at', '<', moment).delete();
  }
}
