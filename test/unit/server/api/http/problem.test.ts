import assert from 'node:assert/strict';
import {
  Conflict,
  Forbidden,
  NotFound,
  Outdated,
  RemoteFailure,
  UnknownName,
  UserError,
} from '../../../../../base/errors.js';
import { HttpError, unauthenticated } from '../../../../../server/api/http/http-error.js';
import { InvalidInput } from '../../../../../server/api/http/input/invalid-input.js';
import { toProblem } from '../../../../../server/api/http/problem.js';

describe('toProblem', () => {
  const statusOf = (error: unknown): number => toProblem(error, 'r1').problem.status;

  it('gives each kind of error its status', () => {
    assert.equal(statusOf(new UserError('bad')), 400);
    assert.equal(statusOf(new UnknownName('no flavor "x"', { field: 'flavor' })), 400);
    assert.equal(statusOf(new Outdated('changed')), 412);
    assert.equal(statusOf(new Forbidden('no')), 403);
    assert.equal(statusOf(new NotFound('none')), 404);
    assert.equal(statusOf(new Conflict('taken')), 409);
    assert.equal(statusOf(new RemoteFailure('gone', { node: 'n-1', phase: 'lost' })), 502);
    assert.equal(statusOf(new HttpError(429, 'slow down')), 429);
    assert.equal(statusOf(new URIError('URI malformed')), 400);
  });

  it('writes RFC 9457 members, the field and all field errors', () => {
    const { problem } = toProblem(
      new InvalidInput([
        { field: 'runtime', message: 'must not be negative' },
        { field: 'x', message: 'unknown field' },
      ]),
      'r1',
    );
    assert.deepEqual(problem, {
      type: 'urn:problem-type:deis:bad-request',
      title: 'Bad Request',
      status: 400,
      detail: 'runtime: must not be negative; x: unknown field',
      field: 'runtime',
      errors: [
        { field: 'runtime', message: 'must not be negative' },
        { field: 'x', message: 'unknown field' },
      ],
      request_id: 'r1',
    });
  });

  it('tells a name that names nothing from a value that cannot be by the type', () => {
    assert.equal(
      toProblem(new UnknownName('no flavor "x"', { field: 'flavor' }), 'r1').problem.type,
      'urn:problem-type:deis:unknown-name',
    );
    assert.equal(toProblem(new UserError('bad'), 'r1').problem.type, 'urn:problem-type:deis:bad-request');
  });

  it('names the field of a UserError among the errors', () => {
    assert.deepEqual(toProblem(new UserError('no layer web', { field: 'web' }), 'r1').problem.errors, [
      { field: 'web', message: 'no layer web' },
    ]);
  });

  it('names the node of a remote failure but not its command or stderr', () => {
    const failure = new RemoteFailure('exit 1', {
      node: 'demo-runtime-1',
      command: 'docker run',
      stderr: 'POSTGRES_PASSWORD=hunter2',
      phase: 'exit',
    });
    assert.equal(toProblem(failure, 'r1').problem.detail, 'demo-runtime-1: exit 1');
    assert.doesNotMatch(JSON.stringify(toProblem(failure, 'r1')), /hunter2|docker run/);
  });

  it('says nothing of an unknown error but the request id', () => {
    for (const error of [
      new Error('password authentication failed for user postgres'),
      'secret text',
      undefined,
      { message: 'secret' },
    ]) {
      const { problem, unexpected } = toProblem(error, 'r42');
      assert.equal(problem.status, 500);
      assert.ok(unexpected);
      assert.doesNotMatch(JSON.stringify(problem), /postgres|secret/);
      assert.match(problem.detail, /r42/);
    }
  });

  it("does not quote the body out of body-parser's errors", () => {
    const error = Object.assign(new SyntaxError('Unexpected token \'h\', "hunter2" is not valid JSON'), {
      type: 'entity.parse.failed',
      status: 400,
    });
    const { problem, unexpected } = toProblem(error, 'r1');
    assert.equal(problem.status, 400);
    assert.equal(unexpected, false);
    assert.doesNotMatch(problem.detail, /hunter2/);
  });

  it('keeps the headers that belong to the status', () => {
    assert.match(
      toProblem(unauthenticated('log in'), 'r1').headers['WWW-Authenticate'] ?? '',
      /Bearer.*Token/,
    );
  });
});
