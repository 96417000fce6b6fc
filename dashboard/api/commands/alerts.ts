import type { NewAlertRule } from '../types.js';
import { shellWord } from './shell-word.js';

/** Rules of alerts, and hooks. */
export const alertCommands = {
  addAlert: (formation: string, { kind, name, threshold, pattern, minutes }: NewAlertRule) =>
    [
      `deis alerts:add ${kind}`,
      ...(name === undefined ? [] : [`--name=${shellWord(name)}`]),
      ...(pattern === undefined ? [] : [`--pattern=${shellWord(pattern)}`]),
      ...(threshold === undefined ? [] : [`--above=${threshold}`]),
      ...(minutes === undefined ? [] : [`--minutes=${minutes}`]),
      `-f ${formation}`,
    ].join(' '),
  removeAlert: (formation: string, alert: string) => `deis alerts:remove ${alert} -f ${formation}`,
  testAlert: (formation: string, alert: string) => `deis alerts:test ${alert} -f ${formation}`,
  addHook: (formation: string, url: string, name: string) =>
    `deis hooks:add ${target(url)}${name === '' ? '' : ` --name=${shellWord(name)}`} -f ${formation}`,
  removeHook: (formation: string, hook: string) => `deis hooks:remove ${hook} -f ${formation}`,
  resendDelivery: (formation: string, hook: string, delivery: string) =>
    `deis hooks:resend ${hook} ${delivery} -f ${formation}`,
} as const;

/** A URL may be a secret: `deis` reads it from a file, so that it stands in no history. */
function target(url: string): string {
  if (url === '') return 'URL';
  return url.startsWith('mailto:') ? shellWord(url) : '@url.txt';
}
