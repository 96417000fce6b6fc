/** A request of EC2's Query protocol: `Filter.1.Value.2=x`. */
export class Query {
  constructor(readonly params: URLSearchParams) {}

  get(name: string): string | undefined {
    return this.params.get(name) ?? undefined;
  }

  is(name: string): boolean {
    return this.get(name) === 'true';
  }

  /** `InstanceId.1`, `InstanceId.2`, ... */
  list(name: string): string[] {
    return this.#numbers(name)
      .map((n) => this.get(`${name}.${n}`))
      .filter((value) => value !== undefined);
  }

  /** Each `IpPermissions.N` as a query of its own. */
  members(name: string): Query[] {
    return this.#numbers(name).map((n) => {
      const prefix = `${name}.${n}.`;
      return new Query(
        new URLSearchParams(
          [...this.params]
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, value]): [string, string] => [key.slice(prefix.length), value]),
        ),
      );
    });
  }

  get filters(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.members('Filter').map((filter) => [filter.get('Name') ?? '', filter.list('Value')]));
  }

  /** Tags that a create call gives to a type of resource. */
  tagsFor(type: string): Map<string, string> {
    const given = this.members('TagSpecification').find((each) => each.get('ResourceType') === type);
    return new Map(given?.members('Tag').map((tag) => [tag.get('Key') ?? '', tag.get('Value') ?? '']) ?? []);
  }

  #numbers(name: string): number[] {
    const found = [...this.params.keys()]
      .filter((key) => key.startsWith(`${name}.`))
      .map((key) => Number(key.slice(name.length + 1).split('.')[0]));
    return [...new Set(found)].filter(Number.isInteger).sort((a, b) => a - b);
  }
}

/** Whether a thing has what every filter names. @param values by the filter's name, apart from tags */
export function passes(
  filters: ReadonlyMap<string, readonly string[]>,
  tags: ReadonlyMap<string, string>,
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): boolean {
  return [...filters].every(([name, wanted]) => {
    const has = name.startsWith('tag:') ? tags.get(name.slice(4)) : values[name];
    if (has === undefined && !name.startsWith('tag:') && !(name in values))
      throw new Error(`the endpoint knows no filter ${name}`);
    return (Array.isArray(has) ? (has as string[]) : [has as string | undefined]).some(
      (value) => value !== undefined && wanted.includes(value),
    );
  });
}

export const tagSet = (tags: ReadonlyMap<string, string>) =>
  [...tags].map(([key, value]) => ({ key, value }));
