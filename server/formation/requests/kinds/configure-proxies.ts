import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

const params = z.object({
  /** What changes, e.g. `add example.com`. */
  action: z.string().default('configure'),
});

/** Converges the proxies alone. */
export const configureProxiesKind = new OperationKind<z.infer<typeof params>>({
  name: 'configure-proxies',
  params,
  cancelRefusal: ({ id }) =>
    `${id} is written down already and takes a moment: take the change back with its opposite ` +
    '(domains:remove, certs:remove, maintenance:off)',
});
