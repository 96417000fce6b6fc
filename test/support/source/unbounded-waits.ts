import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './source-imports.js';

/** Module -> what it exports that waits for something outside of this process, or makes what does. */
const waiters: Readonly<Record<string, readonly string[]>> = {
  'node:events': ['once', 'on'],
  'node:child_process': ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execFileSync', 'execSync'],
  'node:http': ['request', 'get'],
  'node:https': ['request', 'get'],
  'node:net': ['connect', 'createConnection'],
  'node:tls': ['connect'],
  'node:stream/promises': ['pipeline', 'finished'],
  execa: ['execa', 'execaSync'],
  dockerode: ['default'],
  pg: ['default.Client', 'Client'],
  ws: ['WebSocket'],
};
/** Those that are there without an import. */
const globals = ['fetch', 'WebSocket'];
/** Our own that only pass options on: who calls them names the limit. */
const passOn = ['asRoot'];

const limitName = /^(signal|abortSignal|cancelSignal|timeout|deadlineMs|\w+Timeout|\w+TimeoutMillis)$/;
const limitCall = /(^|\.)(setTimeout|onAbort|unlessAborted|waitUntil)$|^AbortSignal\.timeout$/;

/** Waits of a product file that name no limit, as `path: call`. */
export function unboundedWaits(path: string, text = readFileSync(join(projectRoot, path), 'utf8')): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names = importedWaiters(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = node.expression.getText(file);
      const isPromise = ts.isNewExpression(node) && callee === 'Promise';
      if ((isPromise || names.has(callee)) && !(node.arguments ?? []).some(namesLimit))
        found.push(`${path}: ${isPromise ? `new Promise in ${holderOf(node, file)}` : callee}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...new Set(found)];
}

/** As the file calls them. */
function importedWaiters(file: ts.SourceFile): Set<string> {
  const imports = file.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    const module = statement.moduleSpecifier as ts.StringLiteral;
    const clause = statement.importClause;
    if (clause === undefined || clause.isTypeOnly) return [];
    return (waiters[module.text] ?? []).flatMap((name) => localNames(clause, name));
  });
  return new Set([...globals, ...passOn, ...imports]);
}

/** What a module's export is called here, if it is imported. */
function localNames({ name, namedBindings }: ts.ImportClause, exported: string): string[] {
  const [head, ...rest] = exported.split('.');
  if (head === 'default') return name === undefined ? [] : [[name.text, ...rest].join('.')];
  if (namedBindings === undefined) return [];
  if (ts.isNamespaceImport(namedBindings)) return [`${namedBindings.name.text}.${exported}`];
  return namedBindings.elements
    .filter((each) => (each.propertyName ?? each.name).text === exported)
    .map((each) => each.name.text);
}

/** Whether there is a limit anywhere in it: a property of such a name, or a call that sets one. */
function namesLimit(node: ts.Node): boolean {
  if (
    (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) &&
    limitName.test(node.name.getText())
  )
    return true;
  if (ts.isCallExpression(node) && limitCall.test(node.expression.getText())) return true;
  return ts.forEachChild(node, (child) => namesLimit(child) || undefined) ?? false;
}

/** The function, method or property that a promise is made in. */
function holderOf(node: ts.Node, file: ts.SourceFile): string {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent)
    if (
      (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isPropertyDeclaration(at)) &&
      at.name !== undefined
    )
      return at.name.getText(file);
    else if (ts.isConstructorDeclaration(at)) return 'constructor';
  return 'the module';
}
