import assert from 'node:assert/strict';
import Docker from 'dockerode';
import { Assembly, type Assembled } from '../../../../server/compose/assembly.js';
import type { Base } from '../../../../server/compose/open-base.js';
import { startParts, type Part } from '../../../../server/compose/part.js';
import { readSettings } from '../../../../server/settings/settings.js';

describe('startParts', () => {
  const assemblyOf = (roles: string): Assembly =>
    new Assembly(readSettings({ DEIS_ROLES: roles }), {} as Base, new Docker());
  const git = (host: string): Assembled['git'] => ({ host, port: 1, hostKeys: [] });
  const done: string[] = [];
  const parts: readonly Part[] = [
    { role: 'every', start: () => void done.push('every') },
    {
      role: 'git',
      start: () => ({ git: git('here') }),
      elsewhere: () => Promise.resolve({ git: git('there') }),
    },
    { role: 'worker', start: (assembly) => void done.push(`worker with git ${assembly.get('git').host}`) },
    { role: 'api', start: (assembly) => void done.push(`api with git ${assembly.get('git').host}`) },
  ];
  beforeEach(() => done.splice(0));

  it('starts the parts of the roles in order, each with what the ones before have told', async () => {
    await startParts(assemblyOf('git,worker,api'), parts);
    assert.deepEqual(done, ['every', 'worker with git here', 'api with git here']);
  });

  it('asks the parts of other roles where they run, and starts none of them', async () => {
    await startParts(assemblyOf('api'), parts);
    assert.deepEqual(done, ['every', 'api with git there']);
  });

  it('says so when a part needs what only a later one tells', async () => {
    await assert.rejects(startParts(assemblyOf('api'), parts.toReversed()), /no part before .* has told git/);
  });
});
