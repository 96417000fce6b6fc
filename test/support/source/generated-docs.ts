import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { providerTypes } from '../../../provisioner/provider-types.js';
import { createProviders } from '../../../provisioner/registry.js';
import { projectRoot } from './source-imports.js';

const connect = createProviders({ instance: 'a1b2c3d4', docker: new Docker() });
const givesHost = (type: string): boolean => connect.get(type)!({}).givesHost;
const apart =
  'The nodes of each formation have a network of their own: Docker lets nothing pass from one to another, so ' +
  'that no node can take an address of another formation. (An engine with `--iptables=false` does not keep ' +
  'them apart.)';
const leave = (type: string): string =>
  "Root on such a node is root on the controller's host, with the master key and everybody's data. So the " +
  'type is for platform admins, and for users whom one allows by name: ' +
  `\`deis providers:allow USER ${type}\`.\n\n${apart}`;
const whoHas = (type: string): string => (givesHost(type) ? 'The first user has' : 'New users have');
const block = (text: string): string => ['```yaml', text.trimEnd(), '```'].join('\n');

/** docs/providers.md as the annotated examples say it. */
export function providersPage(): string {
  const sections = providerTypes.map(({ type, summary, credsExample, paramsExample, seeds }) =>
    [
      `## ${type}`,
      summary,
      ...(givesHost(type) ? [leave(type)] : []),
      ...(credsExample === ''
        ? ['It takes no credentials.']
        : ['Credentials (`providers:create --creds=JSON`):', block(credsExample)]),
      'Params of a flavor (`flavors:create --params=JSON`):',
      block(paramsExample),
      ...(seeds.length === 0 ? [] : [`${whoHas(type)}: ${inCode(seeds)}.`]),
      ...(type === 'mock' ? [onPaper] : []),
    ].join('\n\n'),
  );
  const head =
    'What each provider takes, as `deis providers:types TYPE` shows it. Written from the code by ' +
    '`WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts`.';
  const whose =
    "Credentials are their owner's, and a flavor uses them only in layers of its owner, or of " +
    'formations that its owner has shared it with: [people.md](people.md).';
  const enabled =
    'The setting `DEIS_PROVIDERS` names the types that launch nodes: `docker,static,ec2` unless set, so ' +
    '`mock` only where it is asked for. Nodes of other types converge and end as before, and no new ones ' +
    'are launched.';
  const more =
    'A provider of your own: [writing-a-provider.md](writing-a-provider.md). ' +
    'More about EC2: [ec2.md](ec2.md).';
  return `${['# Providers', head, whose, enabled, ...sections, more].join('\n\n')}\n`;
}

const onPaper = `### A formation on paper

The controller dials none of these nodes, and converges them on paper: it compiles their recipes, and \
answers for them as nodes would. \
So a formation has its whole life within seconds, and an API client can be tried without machines. \
Start the controller with \`DEIS_PROVIDERS=docker,static,ec2,mock\`, then:

    deis create --id=paper --flavor=mock
    deis layers:scale runtime=2 proxy=1
    git push deis master                    # builds, as for any formation
    deis config:set COLOUR=blue
    deis scale web=4
    deis ps                                 # all are up, on paper
    deis rollback v1
    deis nodes:destroy paper-runtime-1 --confirm=paper-runtime-1
    deis destroy paper --confirm=paper

Nothing runs, and deis says so:

- A node's address is a name that no resolver answers, such as \`198-18-0-1.mock.invalid\`. So is that of \
the app: a request to it fails, and \`deis open\` and the last line of a push say why.
- \`deis run\`, \`deis nodes:ssh\`, the release phase and postdeploy run nothing, print a line that says so, and end \
with 0. \`deis logs\` has one such line of each container.
- Containers are up and health checks pass, whatever the app is: a build that fails is the one thing of \
an app that fails here.

\`latency\` makes a launch slow and \`fail\` makes it fail, for all nodes or those that \`fail_node\` names: \
\`deis flavors:create --id=bad --provider=mock \
--params='{"latency":5000,"fail":"launch","fail_node":"-2"}'\` is a flavor \
whose second node never comes up. The nodes are in the database alone: they outlive the controller.`;

/**
 * cli/actions/infrastructure/flavor-params.ts: the same examples for the help of `deis flavors:create`, which
 * asks no controller.
 */
export function flavorParamsModule(): string {
  const entries = providerTypes.map(
    ({ type, paramsExample }) => `  ${type}: \`${paramsExample.trimEnd().replace(/[\\`$]/g, '\\$&')}\`,`,
  );
  return [
    '// Written from the annotated example of each provider by',
    '// `WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts`.',
    '',
    '/** What the params of a flavor may be, as annotated YAML, by the type of its provider. */',
    'export const flavorParams: Readonly<Record<string, string>> = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

/** docs/writing-a-provider.md with the example's source put between its marks. */
export function writingAProviderPage(page: string): string {
  const source = readFileSync(join(projectRoot, 'test', 'fixtures', 'providers', 'rack-provider.ts'), 'utf8');
  const [open, close] = ['<!-- rack-provider.ts -->', '<!-- end -->'];
  const [head = '', rest = ''] = page.split(open);
  const code = ['```ts', source.trimEnd(), '```'].join('\n');
  const behind = rest.slice(rest.indexOf(close) + close.length);
  return `${head}${open}\n\n${code}\n\n${close}${behind}`;
}

function inCode(seeds: readonly { readonly name: string }[]): string {
  return seeds.map(({ name }) => `\`${name}\``).join(', ');
}
