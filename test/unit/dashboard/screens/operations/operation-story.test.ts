import assert from 'node:assert/strict';
import { noStory, tell, tellNewest } from '../../../../../dashboard/screens/operations/operation-story.js';

const event = (type: string, data: Record<string, unknown> = {}) => ({ type, id: 1, data });

describe('the story of an operation', () => {
  it('has its steps with their times, and its lines', () => {
    const story = tell(noStory, [
      event('step-started', { step: 'build' }),
      event('heartbeat', { step: 'build', ms: 5000 }),
      event('line', { text: 'one' }),
      event('step-ended', { step: 'build', ms: 9000, ok: true }),
      event('step-started', { step: 'start' }),
    ]);
    assert.deepEqual(story.steps, [
      { name: 'build', state: 'succeeded', ms: 9000 },
      { name: 'start', state: 'running', ms: undefined },
    ]);
    assert.deepEqual([story.lines, story.hasEnded], [['one'], false]);
    const ended = tell(story, [event('step-ended', { step: 'start', ms: 5, ok: false }), event('end')]);
    assert.deepEqual(ended.steps[1], { name: 'start', state: 'failed', ms: 5 });
    assert.equal(ended.hasEnded, true);
  });

  it('has lines that come together, in their place', () => {
    const story = tell(noStory, [
      event('line', { text: 'one' }),
      event('lines', { texts: ['two', 'three'] }),
      event('line', { text: 'four' }),
    ]);
    assert.deepEqual(story.lines, ['one', 'two', 'three', 'four']);
  });

  it('says what a step is at for as long as it runs', () => {
    const begun = tell(noStory, [
      event('step-started', { step: 'converge' }),
      event('heartbeat', { step: 'converge', ms: 5000, doing: 'a-1: package[nginx]' }),
    ]);
    assert.deepEqual(begun.steps, [
      { name: 'converge', state: 'running', ms: 5000, doing: 'a-1: package[nginx]' },
    ]);
    const ended = [event('step-ended', { step: 'converge', ms: 9000, ok: true })];
    assert.deepEqual(tell(begun, ended).steps, [{ name: 'converge', state: 'succeeded', ms: 9000 }]);
    assert.deepEqual(tell(begun, [event('end')]).steps, [{ name: 'converge', state: 'failed', ms: 5000 }]);
  });

  it('does not leave a step running that the end has cut, and knows a cancelled one', () => {
    const begun = tell(noStory, [event('step-started', { step: 'start' })]);
    assert.equal(tell(begun, [event('end')]).steps[0]!.state, 'failed');
    const cancelled = event('step-ended', { step: 'start', ms: 1, ok: false, cancelled: true });
    assert.equal(tell(begun, [cancelled]).steps[0]!.state, 'cancelled');
  });

  it('begins with what it has come to, and knows how many lines are still to be read', () => {
    const newest = {
      id: 7,
      events: [
        { type: 'step-started', data: { step: 'build' } },
        { type: 'step-ended', data: { step: 'build', ms: 9000, ok: true } },
      ],
      lines: ['two', 'three'],
      lines_before: 1,
    };
    const story = tellNewest(newest);
    assert.deepEqual(story.steps, [{ name: 'build', state: 'succeeded', ms: 9000 }]);
    assert.deepEqual([story.lines, story.before], [['two', 'three'], 1]);
    // No more lines are kept than these.
    assert.equal(tellNewest({ ...newest, lines_before: 200_000 }).before, 99_998);
  });
});
