import { noSettings, type SettingName, type TypeSettings } from '../../../cookbooks/databag.js';
import type { ReleaseContent } from '../../store/app/release-store.js';

/** What a release consists of, without what was recorded of it since. */
export function contentOf({ buildId, configId, ...release }: ReleaseContent): ReleaseContent {
  return { buildId, configId, ...settingsOf(release) };
}

/** All settings of process types of a release; of none: all as by default. */
export function settingsOf(release: TypeSettings | undefined): TypeSettings {
  if (release === undefined) return noSettings;
  const names = Object.keys(noSettings) as SettingName[];
  return Object.fromEntries(names.map((name) => [name, release[name]])) as unknown as TypeSettings;
}
