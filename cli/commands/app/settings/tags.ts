import type { Tags } from '../../../controller/setting-types.js';
import type { Call } from '../../../call.js';
import { onlySet } from '../../../actions/app/only-set.js';
import {
  changeSetting,
  listCommand,
  readSetting,
  type TypeSetting,
} from '../../../actions/app/type-setting.js';
import type { CommandTable } from '../../../command.js';
import { pairTexts, parseSettings } from '../../../terminal/input/pairs.js';

const setting: TypeSetting<Tags> = {
  name: 'tags',
  title: 'Tags',
  summary: 'what process types ask of the nodes that their containers are placed on',
  none:
    'No tags: containers are placed on any runtime node. To ask for some: deis tags:set web disk=ssd ' +
    '(deis nodes shows what nodes have)',
  heads: ['TYPE', 'TAGS'],
  rows: (present) => Object.entries(present.tags).map(([type, asked]) => [type, pairTexts(asked).join(' ')]),
};

export const tags: CommandTable = {
  list: listCommand(setting),
  set: {
    summary: 'place the containers of a process type only on nodes that have these tags; deploys a release',
    args: '<type> <tag=value...>',
    onFormation: true,
    json: true,
    details:
      'Nodes have the tags of their layer (deis nodes shows them), which those who run the nodes give it:\n' +
      '  deis layers:update LAYER --tag disk=ssd\n' +
      'A node must have all that the type asks for. Tags that are not named stay. Containers on other nodes move: ' +
      'new ones start\nbeside the old. Where no node has them nothing is changed.\n\n' +
      'Example:\n  deis tags:set web disk=ssd zone=a',
    run: async (call) => change(call, parseSettings(call.args.slice(1), 'disk=ssd')),
  },
  unset: {
    summary: 'no longer ask for tags of nodes: those named, or all of the process type; deploys a release',
    args: '<type> [tag...]',
    onFormation: true,
    json: true,
    details: 'Examples:\n  deis tags:unset web disk\n  deis tags:unset web',
    run: unset,
  },
};

async function unset(call: Call): Promise<void> {
  const [type, ...names] = [call.arg(0), ...call.args.slice(1)];
  const { tags: all } = await readSetting(call, setting);
  const present = Object.hasOwn(all, type) ? all[type]! : {};
  if (names.length === 0) {
    const types = await onlySet(call, [type], () => Object.keys(present).length > 0);
    if (types.length > 0) await change(call, null);
    return;
  }
  const taken = await onlySet(call, names, (name) => Object.hasOwn(present, name));
  if (taken.length > 0) await change(call, Object.fromEntries(taken.map((name) => [name, null])));
}

/** @param tags null: none any more */
async function change(call: Call, tags: Readonly<Record<string, string | null>> | null): Promise<void> {
  const type = call.arg(0);
  await changeSetting(call, setting, { tags: { [type]: tags } }, [type]);
}
