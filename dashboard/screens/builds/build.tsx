import { readBuild, readBuildOutput } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { BuildOutput, Build as BuildJson } from '../../api/types.js';
import { Lines } from '../../parts/lines/lines.js';
import { linkTo } from '../../parts/route.js';
import { Command, Fact, Loading, Problem, State, When } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';
import type { FormationProps } from '../formation.js';
import { sizeOf } from './build-rows.js';

/** One build with its output; of a push that failed that alone. */
export function Build({ formation: { id: formation }, id }: FormationProps & { id: string }) {
  const { value, problem } = useOnce(() =>
    Promise.all([readBuild(formation, id), readBuildOutput(formation, id)]),
  );
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="the build" />;
  const [build, output] = value;
  return (
    <>
      <p class="crumbs">
        <a href={linkTo(formation, 'builds')}>All builds</a>
      </p>
      <Head build={build} output={output} id={id} />
      {build !== undefined && <Facts build={build} />}
      {output !== undefined && <Output formation={formation} output={output} />}
    </>
  );
}

interface HeadProps {
  readonly id: string;
  readonly build: BuildJson | undefined;
  readonly output: BuildOutput | undefined;
}

function Head({ id, build, output }: HeadProps) {
  if (output !== undefined)
    return (
      <h2>
        {output.sha ?? 'A push'} <State name={output.state} />
      </h2>
    );
  if (build === undefined) return <Problem of={`There is no build ${id}, or it is no longer kept.`} />;
  return (
    <>
      <h2>{build.sha}</h2>
      <p>It was built elsewhere, or its output is no longer kept.</p>
    </>
  );
}

function Facts({ build }: { build: BuildJson }) {
  const { kind, buildpack, size, image, port, sha256, created_at: at } = build;
  const types = Object.entries(build.procfile);
  return (
    <>
      <dl class="facts">
        <Fact name="Kind">{kind}</Fact>
        {buildpack !== null && <Fact name="Built by">{buildpack}</Fact>}
        {size !== null && <Fact name="Size">{sizeOf(size)}</Fact>}
        {port !== null && <Fact name="Port">{port}</Fact>}
        <Fact name="Built">
          <When at={at} />
        </Fact>
        {image !== null && <Fact name={kind === 'slug' ? 'Runs on' : 'Image'}>{image}</Fact>}
        {sha256 !== null && <Fact name="sha256">{sha256}</Fact>}
      </dl>
      {types.length > 0 && (
        <>
          <h3>Process types</h3>
          <dl class="facts">
            {types.map(([type, command]) => (
              <Fact name={type} key={type}>
                {command === '' ? 'as the image says' : <code>{command}</code>}
              </Fact>
            ))}
          </dl>
        </>
      )}
    </>
  );
}

function Output({ formation, output }: { formation: string; output: BuildOutput }) {
  const { build, state, failure, lines } = output;
  const isUnderWay = state === 'queued' || state === 'running';
  return (
    <>
      {failure !== null && (
        <div class="notice bad" role="alert">
          <p>{failure.message}</p>
          {failure.advice !== null && <p>{failure.advice}</p>}
        </div>
      )}
      {isUnderWay && (
        <p>
          <a href={linkTo(formation, 'operations', build)}>Follow it as it is built</a>
        </p>
      )}
      <h3>Output</h3>
      {lines.length === 0 ? (
        <p>Nothing yet, or nothing was built.</p>
      ) : (
        <Lines lines={lines} label="Output" />
      )}
      <Command text={cliCommands.buildOutput(formation, build)} />
    </>
  );
}
