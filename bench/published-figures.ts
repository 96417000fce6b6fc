import { isMet, shown, shownTarget, type Figure } from './benchmark.js';
import type { BenchResult } from './bench-result.js';

const [opening, closing] = ['<!-- figures: npm run bench:publish -->', '<!-- /figures -->'];

/** Rows of docs/figures.md that the README repeats, by benchmark and name of the figure. */
const headlines: readonly (readonly [string, string])[] = [
  ['deploy', 'second push to live'],
  ['deploy', 'failed of them'],
  ['providers', 'runtime=1 proxy=1'],
  ['scale', 'web 1 -> 8'],
  ['scale', 'lost node to containers elsewhere'],
  ['converge', 'nothing to do, over the floor'],
  ['converge', 'nothing to do, faster than ansible with pipelining'],
  ['cli-start', 'deis --version over node -e 0'],
];

/** The page of all figures, as the results say. @throws Error when the marks are not there */
export function withFigures(page: string, results: readonly BenchResult[]): string {
  const rows = results.flatMap(({ benchmark, figures }) => figures.map((figure) => row(benchmark, figure)));
  return between(page, [...table(rows), '', ...results.map(machineLine)].join('\n'));
}

/** The README with its headline figures. @throws Error when the marks or one of the figures are not there */
export function withHeadlines(readme: string, results: readonly BenchResult[]): string {
  const rows = headlines.map(([benchmark, name]) => {
    const figures = results.find((result) => result.benchmark === benchmark)?.figures ?? [];
    const figure = figures.find((each) => each.name === name);
    if (figure === undefined) throw new Error(`no kept result of ${benchmark} has the figure "${name}"`);
    return row(benchmark, figure);
  });
  return between(readme, table(rows).join('\n'));
}

function between(text: string, content: string): string {
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)];
  if (start < 0 || end < start) throw new Error(`the page lacks ${opening} or ${closing}`);
  return `${text.slice(0, start + opening.length)}\n${content}\n${text.slice(end)}`;
}

function table(rows: readonly string[]): string[] {
  return ['| benchmark | figure | measured | target |', '|---|---|---|---|', ...rows];
}

function machineLine({ benchmark, machine, runs }: BenchResult): string {
  const medians = runs === 1 ? 'one run' : `medians of ${runs} runs`;
  return (
    `- ${benchmark}: ${medians}, ${machine.date}, ${machine.cores} cores (${machine.processor}), ` +
    `${machine.memoryGb} GB, load before ${machine.load}, Node.js ${machine.node}`
  );
}

function row(benchmark: string, figure: Figure): string {
  const missed = isMet(figure) === false ? ' (missed)' : '';
  const name = figure.note === undefined ? figure.name : `${figure.name} (${figure.note})`;
  const measured = `${shown(figure.value)} ${figure.unit}${missed}`;
  const cells = [benchmark, name, measured, shownTarget(figure)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
