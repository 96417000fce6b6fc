import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';

/** The repository's name goes into a URL. */
export const imagesAbsent: ResourceCompiler<'images_absent'> = {
  library: 'containers/images-absent.sh',
  compile(resource) {
    if (!/^[a-z0-9][a-z0-9._/-]*$/.test(resource.name))
      throw new UserError(`${resourceId(resource)}: not a valid name of a repository, without a tag`, {
        field: 'name',
      });
    const stay = ` ${resource.except.join(' ')} `;
    return {
      test: `images_left ${shellQuote([resource.name, stay])} && [ -z "$images" ]`,
      diff: 'for image in $images; do printf -- \'-%s\\n\' "$image"; done',
      repair: 'for image in $images; do docker rmi --force "$image" >/dev/null; done',
    };
  },
};
