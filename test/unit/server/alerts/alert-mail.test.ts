import assert from 'node:assert/strict';
import { everyWord } from '../../../../cli/registry.js';
import { alertKindNames, alertKinds } from '../../../../server/alerts/alert-kinds.js';
import { alertMail } from '../../../../server/alerts/alert-mail.js';
import type { HookBody } from '../../../../server/alerts/hook-event.js';

const alert: HookBody['alert'] = {
  kind: 'crash-loop',
  subject: 'web.1',
  detail: 'web.1 restarts over and over: 4 times by now',
  since: '2026-11-29T12:00:00.000Z',
  resolved_at: null,
};
const mail = (event: HookBody['event'], changed: Partial<HookBody['alert']> = {}) =>
  alertMail({ id: 'x', event, at: '', formation: 'shop', text: '', alert: { ...alert, ...changed } });

describe('the mail of an alert', () => {
  it('says what, where, since when, and the command to look', () => {
    assert.deepEqual(mail('alert.fired'), {
      subject: '[deis] shop: web.1 restarts over and over: 4 times by now',
      text: [
        'What:  web.1 restarts over and over: 4 times by now',
        'Where: web.1 of formation shop',
        'Since: 2026-11-29T12:00:00.000Z',
        'Look:  deis logs -f shop --ps=web.1 -n 100',
        'All:   deis alerts:fired -f shop',
        '',
      ].join('\n'),
    });
  });

  it('says when it was over, and that a test is one', () => {
    const over = mail('alert.resolved', { resolved_at: '2026-11-29T12:05:00.000Z' });
    assert.match(over.subject, /^\[deis\] shop: over: web\.1/);
    assert.match(over.text, /^Over: {2}2026-11-29T12:05:00\.000Z$/m);
    assert.match(mail('alert.test').subject, /^\[deis\] shop: test: /);
  });

  it('has one line for each thing, and a subject of one that is bounded', () => {
    const { subject, text } = mail('alert.fired', {
      detail: `a\r\nBcc: b@example.com\n${'x'.repeat(9_999)}`,
    });
    assert.ok(!/[\r\n]/.test(subject) && subject.length <= 150);
    assert.equal(text.trim().split('\n').length, 5);
  });

  it('is of the formation, of a part of it, or of the controller', () => {
    const where = (subject: string) => /^Where: (.*)$/m.exec(mail('alert.fired', { subject }).text)?.[1];
    assert.deepEqual(['app', 'node-1', 'controller'].map(where), [
      'formation shop',
      'node-1 of formation shop',
      'the controller',
    ]);
  });

  it('names commands that there are', async () => {
    const words = await everyWord();
    for (const kind of alertKindNames) {
      const [program, command = ''] = alertKinds[kind]
        .look({ formation: 'shop', subject: 'web.1' })
        .split(' ');
      if (program === 'deis') assert.ok(words.includes(command), `${kind}: ${command}`);
      else assert.match(`${program} ${command}`, /^deis-controller (schedule|certificate)$/);
    }
  });
});
