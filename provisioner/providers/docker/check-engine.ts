import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import type { CredentialCheck } from '../../provider.js';

/** What the engine of this host is. @throws UserError when none answers */
export async function checkEngine(docker: Docker): Promise<CredentialCheck> {
  try {
    const { ServerVersion, NCPU, MemTotal } = (await docker.info()) as {
      ServerVersion: string;
      NCPU: number;
      MemTotal: number;
    };
    return {
      summary: `Docker ${ServerVersion}, ${NCPU} processors, ${(MemTotal / 1024 ** 3).toFixed(1)} GiB`,
    };
  } catch (error) {
    throw new UserError(`no Docker engine answers on this host: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
