import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** How long requests, and then operations, may go on when the controller stops. */
export const requestGraceMs = 2_000;
export const operationGraceMs = 10_000;
/** How long a step's work may take to end after it was told to. */
export const stepGraceMs = 5_000;
/** The engine may leave a call unanswered for so much longer than a whole build may take. */
export const engineGraceMs = 60_000;
/** How often an operation looks whether what it waits for has come. */
export const lookMs = 500;
export const gibibyte = 1024 ** 3;
/** Of one slug, built here or elsewhere. */
export const maxSlugBytes = 500 * 1024 ** 2;
export const now = (): Date => new Date();
/** This process among all that ever were: who holds leases of operations and jobs. */
export const leaseOwner = `${hostname()}/${process.pid}/${randomUUID()}`;
