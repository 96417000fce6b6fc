import { providerTypes } from '../../provisioner/provider-types.js';

const block = (text: string): string => ['```yaml', text.trimEnd(), '```'].join('\n');

/** docs/providers.md as the annotated examples say it. */
export function providersPage(): string {
  const sections = providerTypes.map(({ type, summary, credsExample, paramsExample, seeds }) =>
    [
      `## ${type}`,
      summary,
      ...(credsExample === '' ? ['It takes no credentials.'] : ['Credentials (`providers:create --creds=JSON`):', block(credsExample)]),
      'Params of a flavor (`flavors:create --params=JSON`):',
      block(paramsExample),
      ...(seeds.length === 0 ? [] : [`New users have: ${seeds.map(({ name }) => `\`${name}\``).join(', ')}.`]),
    ].join('\n\n'),
  );
  const head = 'What each provider takes, as `deis providers:types TYPE` shows it. Written from the code by `WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts`.';
  return `${['# Providers', head, ...sections, 'A provider of your own: [writing-a-provider.md](writing-a-provider.md). More about EC2: [ec2.md](ec2.md).'].join('\n\n')}\n`;
}
