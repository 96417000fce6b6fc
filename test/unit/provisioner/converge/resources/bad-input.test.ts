import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import type { Resource } from '../../../../../cookbooks/resource.js';
import { Secret } from '../../../../../base/secret.js';
import { compileProgram } from '../../../../../provisioner/converge/compile-program.js';

const sha256 = 'a'.repeat(64);
const repository = {
  kind: 'apt_repository',
  name: 'vendor',
  uri: 'https://apt.example.com',
  suites: ['bookworm'],
  signedBy: '/usr/share/keyrings/vendor.gpg',
} as const;
const scratch = { kind: 'mount', name: '/srv/scratch', device: 'tmpfs', fstype: 'tmpfs' } as const;

/** What a recipe may get wrong, the field that the error names, and what it says. */
const wrong: readonly [what: string, resource: Resource, field: string, message: RegExp][] = [
  [
    'a template elsewhere',
    { kind: 'template', name: '/etc/x', source: '../secret.njk' },
    'source',
    /template\[\/etc\/x\]: \.\.\/secret\.njk must lie below/,
  ],
  [
    'a template that is missing',
    { kind: 'template', name: '/etc/x', source: 'no-such.njk' },
    'source',
    /no-such\.njk cannot be rendered: .*template not found/,
  ],
  [
    'a remote file without a sum',
    { kind: 'remote_file', name: '/srv/x', source: 'https://example.com/x', sha256: 'abc' },
    'sha256',
    /64 hexadecimal digits/,
  ],
  [
    'a remote file from a path',
    { kind: 'remote_file', name: '/srv/x', source: '/etc/passwd', sha256 },
    'url',
    /http or https URL/,
  ],
  [
    'a cron job of two lines',
    { kind: 'cron', name: 'x', command: 'a\n* * * * * root b' },
    'command',
    /must be one line/,
  ],
  [
    'a cron job in a hidden file',
    { kind: 'cron', name: '.x', command: 'a' },
    'name',
    /letters, digits, _ and - alone/,
  ],
  [
    'a cron field with a blank',
    { kind: 'cron', name: 'x', command: 'a', minute: '5 3' },
    'minute',
    /minute "5 3" is none of/,
  ],
  [
    'a cron job of a strange user',
    { kind: 'cron', name: 'x', command: 'a', user: 'Root!' },
    'user',
    /not a valid name of a user/,
  ],
  [
    'a cron variable that ends its line',
    { kind: 'cron', name: 'x', command: 'a', environment: { A: 'b\nc' } },
    'environment.A',
    /must be one line/,
  ],
  [
    'a repository that nobody signed',
    { ...repository, signedBy: 'yes' },
    'signedBy',
    /path of a keyring or an armoured public key/,
  ],
  ['a repository without suites', { ...repository, suites: [] }, 'suites', /Suites cannot be/],
  [
    'a repository with a suite of two lines',
    { ...repository, suites: ['bookworm\nTrusted: yes'] },
    'suites',
    /Suites cannot be/,
  ],
  ['a repository at no URI', { ...repository, uri: 'apt.example.com' }, 'uri', /no URI of a repository/],
  ['a mount point with a blank', { ...scratch, name: '/srv/two words' }, 'name', /not a valid word of fstab/],
  [
    'a mount option with a newline',
    { ...scratch, options: ['size=1m\nx'] },
    'options',
    /not a valid word of fstab/,
  ],
  ['a mount below nothing', { ...scratch, name: 'srv' }, 'name', /not an absolute, plain path/],
  [
    'a kernel setting outside /proc/sys',
    { kind: 'sysctl', name: 'net/../../../etc/passwd', value: 1 },
    'name',
    /not a valid key/,
  ],
  [
    'a kernel setting of two lines',
    { kind: 'sysctl', name: 'net.core.somaxconn', value: '1\nkernel.panic = 1' },
    'value',
    /not a valid value: expected one line/,
  ],
  [
    'a version of two packages',
    { kind: 'package', name: 'x', packages: ['tree', 'less'], version: '1.0' },
    'version',
    /for installing a single package/,
  ],
  [
    'a version that is an option',
    { kind: 'package', name: 'tree', version: '1 -o X=y' },
    'version',
    /not a valid version of a Debian package/,
  ],
  [
    'a masked unit that runs',
    { kind: 'service', name: 'x', masked: true, running: true },
    'masked',
    /neither be enabled nor run/,
  ],
  [
    'an archive for root',
    { kind: 'archive', name: '/srv/x', sha256, owner: 'root' },
    'owner',
    /unprivileged user/,
  ],
  [
    'a group with a strange member',
    { kind: 'group', name: 'x', members: ['a,b'] },
    'members',
    /"a,b" is not a valid name of an account/,
  ],
  [
    'a user with a colon in the comment',
    { kind: 'user', name: 'x', comment: 'a:b' },
    'comment',
    /cannot hold a colon/,
  ],
  [
    'a command as nobody in particular',
    { kind: 'execute', name: 'x', command: ['id'], user: '-x' },
    'user',
    /not a valid name of a user/,
  ],
  [
    'a subscription to nothing',
    { kind: 'service', name: 'x', subscribes: [{ resource: 'file[/etc/nope]', action: 'restart' }] },
    'subscribes',
    /service\[x\] subscribes to file\[\/etc\/nope\], which no recipe of the run list declares/,
  ],
];

describe('a resource that cannot be', () => {
  for (const [what, resource, field, message] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => compileProgram([resource], { generation: 1, whyRun: false }),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          assert.equal(error.field, field);
          return true;
        },
      );
    });
  }

  it('says template and line of a variable that is missing', () => {
    const resource: Resource = {
      kind: 'template',
      name: '/etc/x',
      source: 'nginx-site.conf.njk',
      variables: { secret: new Secret('sentinel') },
    };
    assert.throws(
      () => compileProgram([resource], { generation: 1, whyRun: false }),
      /nginx-site\.conf\.njk\) \[Line \d+, Column \d+\]/,
    );
  });
});
