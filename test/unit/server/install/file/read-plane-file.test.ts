import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { UserError } from '../../../../../base/errors.js';
import { Secret } from '../../../../../base/secret.js';
import { checkPlanes, readPlaneFile } from '../../../../../server/install/file/read-plane-file.js';
import { certificateProblems } from '../../../../../server/install/file/certificate-problems.js';
import { makeCertificate } from '../../../../support/server/make-certificate.js';
import { examplePlanes } from '../../../../support/server/sample-planes.js';
import { projectRoot } from '../../../../support/source/source-imports.js';

type Tree = Record<string, unknown>;

/** The example for one host with a value in the place of another; undefined takes it away. */
function oneHostWith(place: string, value: unknown): string {
  const whole = parse(examplePlanes('one-host')) as Tree;
  const keys = place.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<Tree>((tree, key) => tree[key] as Tree, whole);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return stringify(whole);
}

function problemsOf(text: string): string {
  try {
    checkPlanes('planes.yaml', text);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message;
  }
  return '';
}

describe('the file of deis-controller install', () => {
  it('is good in each example, as YAML and as JSON', () => {
    const names = readdirSync(join(projectRoot, 'examples', 'planes')).filter((name) =>
      name.endsWith('.yaml'),
    );
    assert.deepEqual(names, ['isolated.yaml', 'one-host.yaml', 'three-servers.yaml']);
    for (const name of names) {
      const text = examplePlanes(name.replace('.yaml', ''));
      assert.deepEqual(checkPlanes('x', JSON.stringify(parse(text))), checkPlanes('x', text));
    }
  });

  const hosts = { one: { address: '203.0.113.10' }, two: { address: '203.0.113.10' } };
  const wrong: readonly [place: string, value: unknown, said: RegExp][] = [
    ['public_url', 'http://x', /public_url is "http:\/\/x": expected the https URL .*, e\.g\. https:\/\//],
    ['public_url', undefined, /public_url is missing: expected the https URL/],
    ['hosts.one.address', 7, /hosts\.one\.address is 7: expected an address or a name/],
    ['hosts.one.adress', '203.0.113.10', /hosts\.one\.adress is not a field: expected an object of address,/],
    ['hosts.one.port', 70_000, /hosts\.one\.port is 70000: expected a port/],
    ['hosts.one.host_key', 'abc', /hosts\.one\.host_key is "abc": expected the fingerprint that `ssh-keygen/],
    ['hosts.One', { address: 'x' }, /hosts\.One is not a valid name: expected a name of letters/],
    ['controllers.0.host', 'two', /controllers\.0\.host is "two": expected one of hosts, which are one/],
    ['controllers.0.roles', ['api', 'dns'], /controllers\.0\.roles\.1 is "dns": expected one of api, git/],
    ['controllers.0.roles', ['api'], /controllers: no one has the role git: add it/],
    ['controllers', [{ host: 'one' }, { host: 'one' }], /controllers: host "one" has two: give one of them/],
    ['hosts', hosts, /hosts\.two is named by nothing[^]*hosts\.two\.address is that of another host/],
    ['postgresql.url_file', 'url', /postgresql: expected host, where it is installed, or url_file/],
    [
      'postgresql.standby',
      'one',
      /postgresql\.standby is "one": expected another host than postgresql\.host/,
    ],
    ['proxy.tls.self_signed', true, /proxy\.tls: expected one of .*; acme, .*; self_signed: true$/m],
    [
      'proxy.tls',
      { acme: {} },
      /proxy\.tls\.acme\.agree is missing: expected true: you agree to the CA's terms/,
    ],
    ['proxy.tls.acme', { agree: true }, /proxy\.tls: expected one of .*; acme, .*; self_signed: true$/m],
    ['backups', undefined, /backups is missing: expected an object of to, recipients, every_hours/],
    ['backups.recipients', [], /backups\.recipients is missing: expected whom archives are for/],
    ['backups.to', 'x', /backups\.to is "x": expected a folder, e\.g\. \/var\/backups\/deis/],
    ['data_dir', '/home/x', /data_dir is "\/home\/x": expected an absolute path outside of \/home/],
    ['settings.DEIS_DOMIAN', 'x', /settings\.DEIS_DOMIAN is not a setting: see deis-controller --help/],
    ['settings.DATABASE_URL', 'x', /settings\.DATABASE_URL cannot be set here: postgresql says it/],
    [
      'settings.DEIS_TLS_DOMAIN',
      'x.example.com',
      /settings\.DEIS_TLS_DOMAIN cannot be set here: proxy\.tls says/,
    ],
    [
      'settings.DEIS_TRUSTED_PROXY',
      '::1',
      /settings\.DEIS_TRUSTED_PROXY cannot be set here: proxy\.host says/,
    ],
    ['settings.DEIS_SMTP_URL', ['word'], /settings\.DEIS_SMTP_URL is a list: expected a text, a number/],
  ];
  for (const [place, value, said] of wrong)
    it(`is refused with a sentence for ${place}: ${JSON.stringify(value) ?? 'nothing'}`, () => {
      assert.match(problemsOf(oneHostWith(place, value)), said);
    });

  it('is refused with all that is wrong at once, and where it is no file at all', async () => {
    const text = oneHostWith('hosts.one.port', 0).replace('https:', 'ftp:');
    assert.deepEqual(problemsOf(text).split('\n').length, 3, problemsOf(text));
    assert.match(problemsOf('a: [1'), /planes\.yaml is neither YAML nor JSON/);
    assert.match(problemsOf('7'), /the file is 7: expected an object of public_url/);
    await assert.rejects(readPlaneFile('/nowhere/planes.yaml'), /there is no file \/nowhere\/planes\.yaml/);
  });

  it('needs a store in S3 where several hosts have controllers, and one of each that keeps files', () => {
    const isolated = parse(examplePlanes('isolated')) as Tree & { settings: Tree; controllers: Tree[] };
    const without = { ...isolated, settings: {} };
    assert.match(
      problemsOf(stringify(without)),
      /settings\.DEIS_STORE is missing: controllers on several hosts/,
    );
    isolated.controllers[1]!['roles'] = ['api', 'git', 'log'];
    assert.match(problemsOf(stringify(isolated)), /controllers: 2 have the role log: leave it to one/);
  });

  it('has the files that it names read, of its own folder, and their values kept secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-planes-'));
    try {
      const path = join(folder, 'planes.yaml');
      const text = oneHostWith('settings.DEIS_SMTP_URL', { file: 'smtp' }).replace('~/.ssh/id_ed25519', 'id');
      writeFileSync(path, text);
      const pair = makeCertificate(['deis.example.com']);
      writeFileSync(join(folder, 'fullchain.pem'), pair.certificate);
      await assert.rejects(readPlaneFile(path), (error: Error) => {
        assert.match(error.message, /ssh_key is "id": there is no file id/);
        assert.match(error.message, /settings\.DEIS_SMTP_URL\.file is "smtp": there is no file smtp/);
        assert.match(error.message, /proxy\.tls\.key is "privkey\.pem": there is no file/);
        return true;
      });
      writeFileSync(join(folder, 'smtp'), 'x'.repeat(1024 * 1024 + 1));
      await assert.rejects(
        readPlaneFile(path),
        /settings\.DEIS_SMTP_URL\.file is "smtp": smtp is larger than 1 MiB/,
      );
      writeFileSync(join(folder, 'privkey.pem'), pair.key);
      for (const name of ['id', 'smtp']) writeFileSync(join(folder, name), `word of ${name}\n`);
      const planes = await readPlaneFile(path);
      assert.equal(planes.settings['DEIS_SMTP_URL']?.reveal(), 'word of smtp');
      assert.deepEqual(
        [planes.certificate?.chain, planes.certificate?.key.reveal(), planes.sshKey.reveal()],
        [pair.certificate, pair.key, 'word of id\n'],
      );
      assert.ok(!/word of|PRIVATE KEY/.test(JSON.stringify(planes)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is refused with a certificate that browsers would refuse, or nginx', () => {
    const one = makeCertificate(['deis.example.com']);
    const other = makeCertificate(['other.example.com'], 2, '203.0.113.10');
    const problems = (chain: string, key: string, url = 'https://deis.example.com', days = 0): string[] =>
      certificateProblems({ chain, key: new Secret(key) }, url, new Date(Date.now() + days * 86_400_000));
    assert.deepEqual(problems(one.certificate, one.key), []);
    assert.deepEqual(problems(other.certificate, other.key, 'https://203.0.113.10:8443'), []);
    assert.match(
      problems(one.certificate, other.key).join(),
      /^proxy\.tls\.key is not the key of proxy\.tls\.cert/,
    );
    assert.match(
      problems(other.certificate, other.key).join(),
      /is not for deis\.example\.com: expected one for/,
    );
    assert.match(problems(one.certificate, one.key, undefined, 3).join(), /has expired on /);
    assert.match(problems('x', one.key).join(), /^proxy\.tls: .*: expected two PEM files/);
  });
});
