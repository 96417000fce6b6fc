import { NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { cutConfig } from '../releases/change-config.js';
import { releaseSummary } from '../releases/release-summary.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { deployKind } from '../requests/kinds/deploy.js';

/**
 * Takes a service's variable away, cuts a release and queues its deploy. The port is closed once no release that runs
 * has the variable (`follow-services.ts`). @throws NotFound for a variable that is no service's
 */
export async function detachService(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  variable: string,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      const services = await stores.services.ofConsumer(formation.id);
      const service = services.find((each) => each.variable === variable);
      if (service === undefined)
        throw new NotFound(
          `${formation.name} has no service as ${JSON.stringify(variable)}: \`deis services\` lists them`,
        );
      return cutConfig(
        stores,
        { formationId: formation.id, createdBy: user.id },
        { [variable]: null },
        releaseSummary([`detach ${service.provider} from ${variable}`]),
      );
    },
  );
}
