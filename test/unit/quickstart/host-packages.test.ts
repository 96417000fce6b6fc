import assert from 'node:assert/strict';
import { hostPackages } from '../../../quickstart/host-packages.js';

describe('what the quickstart installs on its host', () => {
  it('is what git needs, and what logs are kept with', () =>
    assert.deepEqual(
      hostPackages.map(({ name }) => name),
      ['git', 'openssh-client', 'rsyslog', 'rsyslog-relp'],
    ));

  it('says of each what it is for', () => {
    for (const { name, why } of hostPackages) assert.match(why, /^\S.{10,}/, name);
  });
});
