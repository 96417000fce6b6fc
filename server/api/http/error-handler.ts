import type { ErrorRequestHandler } from 'express';
import { toProblem } from './problem.js';

/** Answers every error of every route with problem details; logs the unexpected ones with their stack. */
export const errorHandler: ErrorRequestHandler = (error: unknown, request, response, next) => {
  // Nobody is there to hear it: the client went, and what was done for it was given up.
  if (response.destroyed) return;
  const { problem, headers, unexpected } = toProblem(error, String(request.id));
  if (unexpected) request.log.error({ err: error }, 'request failed unexpectedly');
  // Half an answer is out: Express can only cut the connection, so that the client sees it is incomplete.
  if (response.headersSent) return next(error);
  response.status(problem.status).set(headers).type('application/problem+json').send(JSON.stringify(problem));
};
