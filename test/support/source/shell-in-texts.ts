import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './source-imports.js';

/**
 * What programs in shell have and prose and SQL do not: redirections, substitutions, control flow, words by
 * number, Docker's commands.
 */
const shellForms = [
  />\s*\/dev\/null|\d>&\d|<\/dev\/null/,
  /(^|[;&|{\n]\s*)\w+=\$\([a-z]|\$\{[#A-Z_a-z]+[:%#?+-]|"\$[@*#?!1-9]"/,
  /(^|[;\n])\s*(set -[a-z]+|trap .*\b(EXIT|HUP|INT|TERM)|exec "|(if|while|until) .*;\s*(then|do)\b|case .* in\b|for \w+ in )/,
  /(^|[;|&{(\n]\s*|sudo (-n )?)docker (run|rm|start|stop|kill|logs|inspect|exec|create|image|container|update|ps) /,
  /\|\|\s*(exit|true|:|return)\b|\|\s*(grep|tail|head|awk|sed|cut|sh|cat|base64)\b/,
];

/** Whether a text is a program for a shell, or a part of one. */
export function isShell(text: string): boolean {
  return shellForms.some((form) => form.test(text));
}

/**
 * Texts of a source file that are programs for a shell, with their lines: `server/x.ts:12`. Those after `sh
 * -c` are, whatever they hold.
 */
export function shellInTexts(path: string, source = readFileSync(join(projectRoot, path), 'utf8')): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node): void => {
    found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
  };
  const visit = (node: ts.Node): void => {
    if (textOf(node) !== undefined && isShell(textOf(node)!)) note(node);
    if (ts.isArrayLiteralExpression(node) || ts.isCallExpression(node)) {
      const elements = ts.isCallExpression(node) ? node.arguments : node.elements;
      const at = elements.findIndex((each, n) => textOf(each) === '-c' && isShellName(elements[n - 1]));
      const program = at === -1 ? undefined : elements[at + 1];
      if (program !== undefined && textOf(program) !== undefined) note(program);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...new Set(found)];
}

function isShellName(node: ts.Node | undefined): boolean {
  return node !== undefined && /^(.*\/)?(ba|da)?sh$/.test(textOf(node) ?? '');
}

/** Of a literal; of a template its own words, with `${...}` as one word. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => `word${literal.text}`)].join('');
}
