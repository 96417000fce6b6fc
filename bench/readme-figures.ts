import { isMet, shown, shownTarget, type Figure } from './benchmark.js';
import type { BenchResult } from './bench-result.js';

const [opening, closing] = ['<!-- figures: npm run bench:readme -->', '<!-- /figures -->'];

/** The README with its figures as the results say. @throws Error when the marks are not there */
export function withFigures(readme: string, results: readonly BenchResult[]): string {
  const [start, end] = [readme.indexOf(opening), readme.indexOf(closing)];
  if (start < 0 || end < start) throw new Error(`the README lacks ${opening} or ${closing}`);
  return `${readme.slice(0, start + opening.length)}\n${figuresTable(results)}\n${readme.slice(end)}`;
}

function figuresTable(results: readonly BenchResult[]): string {
  const rows = results.flatMap(({ benchmark, figures }) => figures.map((figure) => row(benchmark, figure)));
  const machines = results.map(
    ({ benchmark, machine }) =>
      `${benchmark}: ${machine.date}, ${machine.cores} cores (${machine.processor}), ` +
      `${machine.memoryGb} GB, load before ${machine.load}, Node.js ${machine.node}`,
  );
  return [
    '| benchmark | figure | measured | target |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...machines.map((line) => `- ${line}`),
  ].join('\n');
}

function row(benchmark: string, figure: Figure): string {
  const missed = isMet(figure) === false ? ' (missed)' : '';
  const name = figure.note === undefined ? figure.name : `${figure.name} (${figure.note})`;
  const measured = `${shown(figure.value)} ${figure.unit}${missed}`;
  const cells = [benchmark, name, measured, shownTarget(figure)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
