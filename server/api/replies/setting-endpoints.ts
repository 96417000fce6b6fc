import type { z } from 'zod';
import type { SettingName } from '../../../cookbooks/databag.js';
import { readSetting, type PresentSetting } from '../../formation/releases/settings/change-setting.js';
import type { SettingChanges } from '../../formation/releases/settings/type-settings.js';
import { answersWith, type Json } from '../http/answers.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { forFormation, type Endpoint } from '../endpoint/endpoint.js';
import { operationAnswers } from './operation-json.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from './respond-with-operation.js';

/** How a setting of process types goes in and out. */
export interface SettingSpec<N extends SettingName, Shown extends z.ZodType, Body extends z.ZodType> {
  readonly setting: N;
  /** What showing and changing it does: sentences for the reference. */
  readonly summaries: { readonly show: string; readonly change: string };
  readonly shown: Shown;
  /** Which values may be is for the domain to say; null puts back the default. */
  readonly body: Body;
  readonly json: (present: PresentSetting<N>) => Json<Shown>;
  readonly changes: (body: z.output<Body>) => SettingChanges[N];
  /** For the audit log: names and amounts. */
  readonly audit: (body: z.output<Body>) => Readonly<Record<string, unknown>>;
}

/** The two endpoints that every setting of process types has: show it, and cut a release with another one. */
export function settingEndpoints<N extends SettingName, Shown extends z.ZodType, Body extends z.ZodType>(
  spec: SettingSpec<N, Shown, Body>,
): { readonly show: Endpoint; readonly change: Endpoint } {
  const { setting, summaries, shown, body, json, changes, audit } = spec;
  return {
    show: forFormation({
      may: 'see',
      summary: summaries.show,
      answers: answersWith(shown),
      answer: async ({ parts, formation }) =>
        ok(json(await readSetting(parts.stores, formation.id, setting))),
    }),
    change: forFormation({
      may: 'deploy',
      summary: summaries.change,
      answers: operationAnswers,
      body,
      audit,
      headers: ifMatch,
      answer: async (call) => {
        const { parts, user, formation } = call;
        const requireUnchanged = (present: PresentSetting<N>): void =>
          requireMatch(call.request, json(present));
        return respondWithOperation(
          call,
          await parts.formations.changeSetting(
            user,
            formation,
            setting,
            changes(call.body),
            requireUnchanged,
          ),
        );
      },
    }),
  };
}
