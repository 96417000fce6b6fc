import type { CommonProperties } from '../common.js';

/**
 * A file rendered from a template of the cookbook (Nunjucks; nothing is escaped); `name` is its path.
 * Compared and replaced like `file`.
 */
export interface TemplateResource extends CommonProperties {
  readonly kind: 'template';
  /**
   * `create_if_missing`: one that is there is left as it is, whatever it holds. `delete`: there is no such
   * file.
   * @default create
   */
  readonly action?: 'create' | 'create_if_missing' | 'delete';
  /** Template below the cookbook's `templates/` folder. */
  readonly source: string;
  /**
   * What the template may name. A name that it uses and that is not here is an error, not an empty text. A
   * Secret makes the file sensitive.
   */
  readonly variables?: Readonly<Record<string, unknown>>;
  /**
   * Folder on the controller that `source` lies in. Cookbooks need not say it.
   * @default the `templates/` of the recipe's own cookbook
   */
  readonly folder?: string;
  /**
   * Octal.
   * @default 0644
   */
  readonly mode?: string;
  /**
   * Name of the user that it belongs to.
   * @default root
   */
  readonly owner?: string;
  /**
   * Name of the group that it belongs to.
   * @default root
   */
  readonly group?: string;
  /**
   * Argument vector that must exit 0 before the file is put in place; `{path}` stands for the candidate's
   * path.
   */
  readonly verify?: readonly string[];
}
