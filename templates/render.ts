import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import nunjucks from 'nunjucks';

const exact = { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true } as const;

/** Templates lie beside this file, in the source and in the compiled product alike. */
export const platformTemplates = fileURLToPath(new URL('node', import.meta.url));

const nodeFiles = new nunjucks.Environment(new nunjucks.FileSystemLoader(platformTemplates), exact);

const peopleTexts = new Map<string, Handlebars.TemplateDelegate>();

/**
 * A file for a node from templates/node/NAME; nothing is escaped. @throws Error for a variable that the
 * context lacks
 */
export function renderNodeFile(name: string, context: object): string {
  return nodeFiles.render(name, context);
}

/**
 * As renderNodeFile, with a template of another folder, read anew each time. It may include others of that
 * folder, and none from elsewhere. @throws Error naming the template and line
 */
export function renderTemplateIn(folder: string, name: string, context: object): string {
  const loader = new nunjucks.FileSystemLoader(folder, { noCache: true });
  return new nunjucks.Environment(loader, exact).render(name, context);
}

/**
 * A text for people from templates/people/NAME; values are escaped for HTML. @throws Error for a variable
 * that the context lacks
 */
export function renderPeopleText(name: string, context: object): string {
  const template = peopleTexts.get(name) ?? compilePeopleText(name);
  peopleTexts.set(name, template);
  return template(context);
}

function compilePeopleText(name: string): Handlebars.TemplateDelegate {
  const source = readFileSync(new URL(`people/${name}`, import.meta.url), 'utf8');
  return Handlebars.compile(source, { strict: true });
}
