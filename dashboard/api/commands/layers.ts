import type { LayerChanges, LayerKind } from '../types.js';
import { quoted, shellWord } from './shell-word.js';

/** Layers; attributes may hold what is secret and come from a file. */
export const layerCommands = {
  createLayer: (
    formation: string,
    layer: string,
    kind: LayerKind | undefined,
    username: string,
    { flavor, ...values }: LayerChanges,
  ) =>
    [
      `deis layers:create ${layer || 'NAME'} ${flavor ?? 'FLAVOR'}`,
      ...(kind === undefined ? [] : [`--kind=${kind}`]),
      ...options(values),
      ...(username === '' ? [] : [`--ssh-username=${username}`]),
      `-f ${formation}`,
    ].join(' '),
  updateLayer: (formation: string, layer: string, changes: LayerChanges) =>
    [`deis layers:update ${layer}`, ...options(changes), `-f ${formation}`].join(' '),
  destroyLayer: (formation: string, layer: string) => `deis layers:destroy ${layer} -f ${formation}`,
} as const;

function options(changes: LayerChanges): string[] {
  const { flavor, run_list: recipes, attributes, environment, tags = {}, level } = changes;
  return [
    ...(flavor === undefined ? [] : [`--flavor=${flavor}`]),
    ...(recipes === undefined ? [] : [`--run-list=${quoted(recipes.join(','))}`]),
    ...(attributes === undefined ? [] : ['--attributes=@attributes.json']),
    ...(environment === undefined ? [] : [`--environment=${quoted(environment)}`]),
    ...Object.entries(tags).map(([name, value]) => `--tag ${shellWord(`${name}=${value ?? ''}`)}`),
    ...(level === undefined ? [] : [`--level=${level}`]),
  ];
}
