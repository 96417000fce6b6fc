import assert from 'node:assert/strict';
import {
  changeSuite,
  mirrorSources,
  selectAptSettings,
  selectSources,
} from '../../../../../provisioner/images/host/apt-sources.js';

const debian = `Types: deb deb-src
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

describe('APT sources of an image', () => {
  it('keeps the suite, its updates and its security suite of a deb822 file', () => {
    const [file] = selectSources([{ name: 'debian.sources', text: debian }], 'bookworm');
    assert.equal(
      file?.text,
      `Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`,
    );
  });

  it('keeps keys that are written into the stanza', () => {
    const text =
      'Types: deb\n' +
      'URIs: http://mirror.example/debian\n' +
      'Suites: bookworm\n' +
      'Components: main\n' +
      'Signed-By:\n' +
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n' +
      ' .\n' +
      ' mQIN\n' +
      ' -----END PGP PUBLIC KEY BLOCK-----\n';
    assert.equal(selectSources([{ name: 'a.sources', text }], 'bookworm')[0]?.text, text);
  });

  it('leaves out other vendors, other suites, source packages and what is switched off', () => {
    const text = [
      'Types: deb\nURIs: https://vendor.example/apt\nSuites: nodistro\nComponents: main',
      'Types: deb\nURIs: https://vendor.example/linux/debian\nSuites: bookworm\nComponents: stable',
      'Types: deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main',
      'Types: deb\nEnabled: no\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main',
      'Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main',
    ].join('\n\n');
    assert.deepEqual(selectSources([{ name: 'others.sources', text }], 'bookworm'), []);
  });

  it('reads one-line sources, with options, of Ubuntu too', () => {
    const text = `# comment
deb [arch=amd64 signed-by=/usr/share/keyrings/ubuntu.gpg] http://mirror.example/ubuntu jammy main restricted
deb http://mirror.example/ubuntu jammy-security main universe
deb http://mirror.example/ubuntu jammy-backports main
deb-src http://mirror.example/ubuntu jammy main
deb https://vendor.example/apt stable main
`;
    assert.equal(
      selectSources([{ name: 'sources.list', text }], 'jammy')[0]?.text,
      'deb [arch=amd64 signed-by=/usr/share/keyrings/ubuntu.gpg] ' +
        'http://mirror.example/ubuntu jammy main restricted\n' +
        'deb http://mirror.example/ubuntu jammy-security main universe\n',
    );
  });

  it('of another suite than the host come from the same mirrors, checked with the keys of all suites', () => {
    const own = selectSources([{ name: 'debian.sources', text: debian }], 'bookworm');
    assert.equal(
      changeSuite(own, 'bookworm', 'trixie')[0]?.text,
      `Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
    );
    assert.deepEqual(changeSuite(own, 'bookworm', 'bookworm'), own);
  });

  const lines: readonly [what: string, line: string, changed: string][] = [
    [
      'no keyring',
      'deb http://mirror.example/trixie trixie main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/trixie bookworm main',
    ],
    [
      'options and no keyring',
      'deb [arch=amd64] http://mirror.example/debian trixie-updates main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg arch=amd64] ' +
        'http://mirror.example/debian bookworm-updates main',
    ],
    [
      "Debian 13's keyring",
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.pgp] http://mirror.example/debian trixie main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bookworm main',
    ],
    [
      'the keyring of one suite',
      'deb [signed-by=/usr/share/keyrings/debian-archive-trixie-stable.gpg] http://mirror.example/d trixie main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/d bookworm main',
    ],
    [
      "an operator's own keyring",
      'deb [ Signed-By=/etc/apt/keyrings/own.asc ] http://mirror.example/debian trixie-security main',
      'deb [ Signed-By=/etc/apt/keyrings/own.asc ] http://mirror.example/debian bookworm-security main',
    ],
  ];
  for (const [what, line, changed] of lines) {
    it(`change the suite of a line with ${what}`, () => {
      const [file] = changeSuite([{ name: 'sources.list', text: `${line}\n` }], 'trixie', 'bookworm');
      assert.equal(file?.text, `${changed}\n`);
    });
  }

  it("are Debian's public mirror, security updates included, where a host that is not Debian names none", () => {
    const keyring = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
    assert.equal(
      mirrorSources('trixie')[0]?.text,
      `deb ${keyring} http://deb.debian.org/debian trixie main
deb ${keyring} http://deb.debian.org/debian trixie-updates main
deb ${keyring} http://deb.debian.org/debian-security trixie-security main
`,
    );
    assert.equal(
      mirrorSources('bookworm', 'http://mirror.example/debian')[0]?.text,
      `deb ${keyring} http://mirror.example/debian bookworm main
deb ${keyring} http://mirror.example/debian bookworm-updates main
`,
    );
  });

  it('takes over from apt.conf how to reach the mirrors, and nothing else', () => {
    const dump = `APT "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3142";
Acquire::https::CaInfo "/etc/ssl/own.pem";
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
Acquire::IndexTargets::deb::Packages::Optional "0";
DPkg::Post-Invoke:: "rm -rf /";
`;
    assert.equal(
      selectAptSettings(dump),
      'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAcquire::http::Proxy ' +
        '"http://proxy.example:3142";\nAcquire::https::CaInfo ' +
        '"/etc/ssl/own.pem";\nAcquire::Check-Valid-Until "false";\nAcquire::Retries "3";\n',
    );
  });
});
