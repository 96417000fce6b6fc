import { RemoteFailure } from '../../base/errors.js';
import type { Connection, ExecRequest } from '../ssh/transport.js';

/**
 * Runs a command whose exit code is its answer. @throws RemoteFailure when it has none: lost, given up,
 * killed
 */
export async function exitCodeOf(connection: Connection, request: ExecRequest): Promise<number> {
  try {
    return (await connection.exec(request)).exitCode;
  } catch (error) {
    if (error instanceof RemoteFailure && error.phase === 'exit' && error.exitCode !== null)
      return error.exitCode;
    throw error;
  }
}
