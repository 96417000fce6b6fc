import { messageOf, UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { TemplateResource } from '../../../../cookbooks/resources/files/template.js';
import { Secret } from '../../../../base/secret.js';
import { platformTemplates, renderTemplateIn } from '../../../../templates/render.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { file } from './file.js';
import { revealWithin } from '../../resource-helpers/reveal.js';

export const template: ResourceCompiler<'template'> = {
  library: 'files/file.sh',
  compile(resource, n) {
    const content = resource.action === 'delete' ? '' : render(resource);
    return file.compile({ ...resource, kind: 'file', content: new Secret(content) }, n);
  },
};

function render(resource: TemplateResource): string {
  const { source, folder = platformTemplates, variables = {} } = resource;
  if (source.startsWith('/') || source.split('/').includes('..'))
    throw new UserError(`${resourceId(resource)}: ${source} must lie below the cookbook's templates folder`, {
      field: 'source',
    });
  try {
    return renderTemplateIn(folder, source, revealWithin(variables) as object);
  } catch (error) {
    // Nunjucks says which template and line, over several lines.
    const said = messageOf(error).replaceAll(/\s*\n\s*/g, ' ');
    throw new UserError(`${resourceId(resource)}: ${source} cannot be rendered: ${said}`, {
      field: 'source',
      cause: error,
    });
  }
}
