import { z } from 'zod';
import { providerTypes } from '../../provisioner/provider-types.js';
import { commaList } from './comma-list.js';

const types = providerTypes.map(({ type }) => type);
const expected = `expected some of ${types.join(', ')}, e.g. docker,ec2`;

/** The value of DEIS_PROVIDERS: a comma list of provider types. */
export const enabledProviders = commaList.pipe(
  z
    .array(
      z.enum(types, {
        error: ({ input }) => `names ${JSON.stringify(input)}, which is not a provider type: ${expected}`,
      }),
    )
    .min(1, `names no provider type: ${expected}`),
);
