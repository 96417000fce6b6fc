#!/usr/bin/env node
// `npm test`: installs what the tests need, builds the product, then runs every tier, in lanes, which
// saves time. Plain JavaScript, because it starts in a clone without node_modules. Arguments name tiers: `npm
// test -- unit integration`. TEST_LANES sets the number of lanes; `--record-seconds` writes how long each
// file that ran took to test/seconds.json, by which files are shared out. With TEST_AGAIN=0 no file that failed runs
// once more.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAgain, filesAgain } from './test/again.mjs';
import { apart, portionsOf, runLanes, testFiles, usualLanes } from './test/lanes.mjs';
import { runAudit } from './test/audit.mjs';
import { majorsOf, nodeVersionCommands } from './test/node-versions.mjs';
import { prepare } from './test/prepare.mjs';
import { readSeconds, recordSeconds } from './test/seconds.mjs';
import { commitOf, takeTurns, turnCount, turnOf, turnsOf } from './test/turns.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const allTiers = ['architecture', 'unit', 'contract', 'integration', 'acceptance'];
const tiers = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const unknown = tiers.filter((tier) => !allTiers.includes(tier));
if (unknown.length > 0) {
  console.error(`npm test: no tier ${unknown.join(', ')}; tiers are ${allTiers.join(', ')}`);
  process.exit(2);
}
const chosen = tiers.length > 0 ? allTiers.filter((tier) => tiers.includes(tier)) : allTiers;

const isAll = chosen.length === allTiers.length;
const { TEST_ROTATION: rotation, TEST_TURN: wantedTurn } = process.env;
const turn = turnOf(commitOf(root), rotation, wantedTurn);
// For cases within a file that take turns, see test/support/of-turn.ts.
if (turn === undefined) delete process.env.TEST_TURN;
else process.env.TEST_TURN = String(turn);
/** The fast tiers once more under another release of Node.js, when both tiers are asked for. */
const isFast = ['architecture', 'unit'].every((tier) => chosen.includes(tier));
const majors = isFast ? majorsOf(turn) : [];
const seconds = readSeconds(root);
const lanes = Number(process.env.TEST_LANES ?? usualLanes);
const mocha = [
  process.execPath,
  join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
  '--reporter',
  'test/support/plain-reporter.mjs',
  ...options.filter((option) => option !== '--record-seconds'),
];
const { files, summaries: leftOut } = await prepare(chosen, filesOfTurn, majors);
const { shared, alone } = apart(files);
const audit = isAll ? runAudit() : undefined;
const portions = portionsOf(shared, seconds, lanes).map((some) => [...mocha, ...some]);
// Behind the last portions they fill the lane that ends first.
const ended = await runLanes(root, [...portions, ...nodeVersionCommands(majors)], lanes);
const [first, versions] = [ended.slice(0, portions.length), ended.slice(portions.length)];
const audited = audit === undefined ? [] : [await audit];
if (alone.length > 0) first.push(...(await runLanes(root, [[...mocha, ...alone]])));
const { summaries, flaky } = await onceMore(first);
report([...summaries, ...leftOut, ...audited, ...versions]);

/** Those of the tiers whose turn it is on this commit; says which run on others. */
function filesOfTurn() {
  const turns = turnsOf(testFiles(root, allTiers), seconds);
  const { files, later } = takeTurns(testFiles(root, chosen), turns, turn);
  for (const file of later)
    console.log(`by turns: ${file} runs on other commits (TEST_ROTATION=all runs all)`);
  if (turn !== undefined) console.log(`by turns: this is turn ${turn} of 0 to ${turnCount - 1}`);
  return files;
}

/** Runs by itself what failed, and says what failed only at first. */
async function onceMore(summaries) {
  const files = process.env.TEST_AGAIN === '0' ? [] : filesAgain(summaries);
  if (files.length === 0) return { summaries, flaky: [] };
  console.log(`once more, by itself: ${files.join(' ')}`);
  const [again] = await runLanes(root, [[...mocha, ...files]]);
  return afterAgain(summaries, again);
}

/** Every failure once more, then the one plain line for all lanes. */
function report(ended) {
  const whole = ended.filter((summary) => summary !== null);
  const sum = (field) => whole.reduce((total, summary) => total + summary[field], 0);
  const broken = ended.length - whole.length;
  if (ended.length > 1)
    for (const { title, message } of whole.flatMap((summary) => summary.failures))
      console.log(`failed: ${title}\n  ${message.replaceAll('\n', '\n  ')}\n`);
  for (const { title, message } of flaky)
    console.log(
      `flaky: ${title}: failed beside others, passed by itself\n  ${message.replaceAll('\n', '\n  ')}\n`,
    );
  if (broken > 0)
    console.log(`failed: ${broken} mocha process${broken === 1 ? '' : 'es'} broke off before the end`);
  if (options.includes('--record-seconds')) recordSeconds(root, seconds, whole);
  console.log(`${sum('passed')} passed, ${sum('failed') + broken} failed, ${sum('skipped')} skipped`);
  process.exitCode = sum('failed') + broken > 0 ? 1 : 0;
}
