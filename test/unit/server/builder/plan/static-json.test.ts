import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { checkStaticJson } from '../../../../../server/builder/plan/static-json.js';

const refused = (settings: unknown, message: RegExp): void =>
  assert.throws(
    () => checkStaticJson(JSON.stringify(settings, null, 1)),
    (error) =>
      error instanceof UserError &&
      error.field === 'static.json' &&
      error.message.length < 300 &&
      assert.match(error.message, message) === undefined,
  );

describe('checkStaticJson', () => {
  it('takes what the static buildpack of Heroku documents', () =>
    assert.deepEqual(
      checkStaticJson(
        `\uFEFF${JSON.stringify({
          root: 'dist/',
          clean_urls: true,
          https_only: false,
          error_page: 'errors/error.html',
          canonical_host: '${HOST}',
          encoding: 'US-ASCII',
          routes: { '/assets/*': '/assets/', '/**': 'index.html' },
          redirects: { '/old/gone/': { url: '${NEW}/here/', status: 302 } },
          headers: { '/': { 'Cache-Control': 'no-store' }, '/**': { 'X-Count': 1 } },
          proxies: {},
          basic_auth: false,
        })}`,
      ),
      [],
    ));

  it('says in one line which keys do nothing', () =>
    assert.deepEqual(checkStaticJson('{"logging": {"access": false}, "rotes": {}}'), [
      'static.json has keys that do nothing here: logging, rotes',
    ]));

  it('refuses what would leave a site without what it relies on', () => {
    refused(
      { proxies: { '/api/': { origin: 'https://api.example.com' } } },
      /^static\.json: proxies are not/,
    );
    refused({ basic_auth: true }, /^static\.json: basic_auth is not served here, and without it everybody/);
  });

  it('names line and key of what is wrong', () => {
    refused(
      { root: '../x' },
      /^static\.json: line 2: root: expected a folder of the repository, e\.g\. "public"$/,
    );
    refused({ root: '/etc' }, /^static\.json: line 2: root: expected a folder/);
    refused({ root: 5 }, /^static\.json: line 2: root: expected a folder/);
    refused({ clean_urls: 'yes' }, /^static\.json: line 2: clean_urls: expected true or false$/);
    refused(
      { routes: { 'a/**': 'x' } },
      /^static\.json: line 3: routes\.a\/\*\*: expected a path that begins/,
    );
    refused({ routes: ['index.html'] }, /^static\.json: line 2: routes: expected an object of paths$/);
    refused(
      { redirects: { '/a': 'b' } },
      /^static\.json: line 3: redirects\.\/a: expected an object with url$/,
    );
    refused(
      { redirects: { '/a': { url: 'b', status: 200 } } },
      /redirects\.\/a\.status: expected one of 301, 302/,
    );
    refused({ headers: { '/': { 'X Y': '1' } } }, /line 4: headers\.\/\.X Y: expected the name of a header$/);
    refused(
      { headers: { '/': { 'Content-Length': '1' } } },
      /expected a header that the server does not set/,
    );
    refused(
      { headers: { '/': { 'X-A': 'a\nb' } } },
      /headers\.\/\.X-A: expected a text without line breaks$/,
    );
    refused({ encoding: 'x"\n' }, /encoding: expected a character set/);
    refused([], /^static\.json: (line 1: )?expected an object$/);
  });
});
