import type { FieldError, Layer, LayerChanges, UsableFlavor } from '../../api/types.js';
import { tagEdits, tagText, typedTags } from '../tags/tag-text.js';

/** What is typed of a layer; empty: as it is without. */
export interface TypedLayer {
  /** As `flavorLabel` names it. */
  readonly flavor: string;
  /** One recipe on each line, or with commas. */
  readonly runList: string;
  /** A JSON object. */
  readonly attributes: string;
  readonly environment: string;
  /** `disk=ssd zone=a` */
  readonly tags: string;
  readonly level: string;
}

export const newLayer: TypedLayer = {
  flavor: '',
  runList: '',
  attributes: '',
  environment: '',
  tags: '',
  level: '',
};

/** A layer as it would have been typed by this person. */
export function typedLayer(layer: Layer, username: string): TypedLayer {
  const { flavor, flavor_owner: owner, run_list: recipes, attributes, environment, tags, level } = layer;
  return {
    flavor: flavor === null ? '' : flavorLabel({ id: flavor, owner: owner ?? username }, username),
    runList: recipes.join('\n'),
    attributes: Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes, null, 2),
    environment,
    tags: tagText(tags),
    level: String(level),
  };
}

/** What somebody calls a flavor: their own by its name, one of others `OWNER/FLAVOR`. */
export function flavorLabel({ id, owner }: Pick<UsableFlavor, 'id' | 'owner'>, username: string): string {
  return owner === username ? id : `${owner}/${id}`;
}

/** What the API is given. */
export interface LayerValues {
  readonly values: LayerChanges;
  /** What cannot be sent at all. */
  readonly wrong: readonly FieldError[];
}

/** What of `typed` differs from `before`. */
export function layerValues(typed: TypedLayer, before: TypedLayer = newLayer): LayerValues {
  const wrong: FieldError[] = [];
  const isChanged = (name: keyof TypedLayer): boolean => typed[name].trim() !== before[name].trim();
  const tags = tagEdits(typedTags(before.tags, 'tags', []), typedTags(typed.tags, 'tags', wrong));
  const values: LayerChanges = {
    ...(isChanged('flavor') && { flavor: typed.flavor }),
    ...(isChanged('runList') && { run_list: typed.runList.split(/[\s,]+/).filter((each) => each !== '') }),
    ...(isChanged('attributes') && { attributes: attributesOf(typed.attributes, wrong) }),
    ...(isChanged('environment') && { environment: typed.environment.trim() }),
    ...(tags !== undefined && { tags }),
    ...(isChanged('level') && { level: levelOf(typed.level, wrong) }),
  };
  return { values, wrong };
}

function attributesOf(text: string, wrong: FieldError[]): Record<string, unknown> {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  wrong.push({
    field: 'attributes',
    message: 'These attributes are not a valid JSON object: expected e.g. {"mydb": {"port": 5432}}',
  });
  return {};
}

function levelOf(text: string, wrong: FieldError[]): number {
  if (/^\d{1,4}$/.test(text.trim())) return Number(text);
  wrong.push({
    field: 'level',
    message: `${text.trim() || 'Nothing'} is not a valid level: expected a number from 0 to 1000, e.g. 30`,
  });
  return 0;
}
