import assert from 'node:assert/strict';
import { isExposed, parseControllerUrl } from '../../../../cli/controller/controller-url.js';
import { CliError } from '../../../../cli/terminal/errors.js';

describe("a controller's address", () => {
  const read: readonly (readonly [typed: string, url: string, exposed: boolean])[] = [
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000', false],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000', false],
    ['localhost:8000', 'http://localhost:8000', false],
    ['[::1]:8000', 'http://[::1]:8000', false],
    ['deis.example.com', 'https://deis.example.com', false],
    ['https://example.com/deis//', 'https://example.com/deis', false],
    ['http://deis.example.com', 'http://deis.example.com', true],
    ['http://10.0.0.1:8000', 'http://10.0.0.1:8000', true],
    ['http://127.0.0.1.example.com', 'http://127.0.0.1.example.com', true],
    ['http://localhost.example.com', 'http://localhost.example.com', true],
  ];
  for (const [typed, url, exposed] of read) {
    it(`reads ${typed}${exposed ? ' as open to listeners' : ''}`, () => {
      assert.equal(parseControllerUrl(typed), url);
      assert.equal(isExposed(url), exposed);
    });
  }

  for (const typed of ['', 'ftp://example.com', 'http://', 'http://ada:secret@example.com', 'http://a b']) {
    it(`refuses ${JSON.stringify(typed)}`, () => {
      assert.throws(
        () => parseControllerUrl(typed),
        (error: unknown) =>
          error instanceof CliError && error.exitCode === 2 && !error.message.includes('secret'),
      );
    });
  }
});
