#!/usr/bin/env node
// Part of `npm run lint`: shellcheck over every .sh file, the programs of buildpacks and a compiled node program,
// and a rule of our own. Without shellcheck it says so and is well, unless `--required` is given. Arguments name
// files; without any it checks all.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const leftOut = new Set(['node_modules', 'dist', '.git']);
// Parts of a whole: their variables come from, or go to, the other parts.
const ofParts = (path) => (/\/(converge|buildpacks)\//.test(path) ? ['--exclude=SC2034,SC2154'] : []);
// A program reads some of its variables by their number alone, and empties some.
const ofPrograms = ['--exclude=SC1007,SC2034'];

function scriptsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return leftOut.has(entry.name) ? [] : scriptsBelow(path);
    return entry.name.endsWith('.sh') || /\/buildpacks\/\w+\/bin\/\w+$/.test(path) ? [path] : [];
  });
}

/** What it is told of a file: those without a `#!` line are for sh, or for their reader. */
function optionsFor(path, text, exclude) {
  const shell = text.startsWith('#!') ? [] : [`--shell=${/\/buildpacks\//.test(path) ? 'bash' : 'sh'}`];
  return ['--format=gcc', '--severity=warning', ...shell, ...exclude];
}

function shellcheck(args, what, input) {
  const options = { cwd: root, input, encoding: 'utf8', maxBuffer: 16 * 1024 ** 2 };
  const { stdout, stderr, status, error } = spawnSync('shellcheck', args, options);
  if (error) throw error;
  return status > 1 ? [`${what}: shellcheck failed: ${stderr}`] : stdout.split('\n').filter(Boolean);
}

/** What it finds in files, as `FILE:LINE:...` lines: of many at once, for each start of it takes long. */
function fileFindings(paths) {
  const groups = new Map();
  for (const path of paths) {
    const key = JSON.stringify(optionsFor(path, readFileSync(path, 'utf8'), ofParts(path)));
    groups.set(key, [...(groups.get(key) ?? []), relative(root, path)]);
  }
  return [...groups].flatMap(([key, some]) => shellcheck([...JSON.parse(key), ...some], some.join(' ')));
}

const isCondition = /^\s*(!\s*)?(\[|\[\[|test|command -v|kill -0)\s.*&&/;
const leaves = /(\|\||&& *(return|exit|break|continue)\b)/;

/**
 * `set -e` does not end a shell when what stands before `&&` fails: such a line neither limits a loop nor checks
 * anything. As the last line of a function it is the function's answer.
 */
function unheededConditions(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    isCondition.test(line) && !leaves.test(line) && !/^\s*}/.test(lines[index + 1] ?? '')
      ? [
          `${relative(root, path)}:${index + 1}: nothing ends where this fails: write \`CONDITION || ...\`, or if`,
        ]
      : [],
  );
}

async function programFindings() {
  (await import('tsx/esm/api')).register();
  const [{ compileProgram }, { resourceExamples }] = await Promise.all([
    import('../provisioner/converge/compile-program.ts'),
    import('../cookbooks/resource-examples.ts'),
  ]);
  // A template is a file once it is rendered; the example's lies with nobody.
  const resources = Object.values(resourceExamples).filter(({ kind }) => kind !== 'template');
  const program = compileProgram(resources, { generation: 1, whyRun: false });
  const text = program.reveal();
  const name = 'a compiled program';
  const found = shellcheck([...optionsFor(name, text, ofPrograms), '-'], name, text);
  return found.map((line) => line.replace(/^-/, name));
}

const isRequired = process.argv.includes('--required');
const named = process.argv.slice(2).filter((argument) => argument !== '--required');
const scripts = named.length > 0 ? named : scriptsBelow(root);
const found = scripts.flatMap(unheededConditions);
if (spawnSync('shellcheck', ['--version'], { stdio: 'ignore' }).error) {
  console.log('shellcheck is not installed: shell scripts are not checked (Debian package shellcheck)');
  if (isRequired) process.exitCode = 1;
} else {
  found.push(...fileFindings(scripts), ...(named.length > 0 ? [] : await programFindings()));
}
for (const line of found) console.log(line);
if (found.length > 0) process.exitCode = 1;
