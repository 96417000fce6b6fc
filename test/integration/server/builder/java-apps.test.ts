import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import type { ToolchainSources } from '../../../../server/builder/toolchains/toolchain.js';
import {
  buildApp,
  fixtureFiles,
  offline,
  runApp,
  type Built,
  type BuildOptions,
  type Source,
} from '../../../support/apps/app-builds.js';
import { BuildBench, type BenchOptions } from '../../../support/apps/build-bench.js';
import { itOnline, whyUnreachable } from '../../../support/online.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const central = 'https://repo.maven.apache.org/maven2/';
/** The first build of an app fetches all of Maven's plugins. */
const patient: BenchOptions = { buildSeconds: 280 };

describe('Java apps', function () {
  this.timeout(300_000);
  let bench: BuildBench;
  let unreachable: string | undefined;
  let toolchains: ToolchainSources;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    unreachable = await whyUnreachable(`${central}org/apache/maven/maven-parent/44/maven-parent-44.pom`);
    // Of the Debian mirror, else the host's own.
    const java = await bench.java.ensure('*').then(
      () => bench.java,
      async () => ({ ensure: async () => ofHost() }),
    );
    toolchains = { java, maven: bench.maven };
  });
  after(() => bench.close());

  async function ofHost(): Promise<{ name: string; version: string; title: string; folder: string }> {
    const { stdout: javac } = await execa('readlink', ['-f', '/usr/bin/javac']);
    return { name: 'java', version: 'host', title: 'OpenJDK', folder: dirname(dirname(javac)) };
  }

  const online = (title: string, test: () => Promise<void>): void => itOnline(() => unreachable, title, test);

  const build = (source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, 'java', source, { toolchains, ...options });
  const run = (folder: string, command: string): Promise<string> =>
    runApp(bench, folder, command, ['--env', 'DEIS_RELEASE=v3']);
  const page = (web: string): string =>
    `${web} >/tmp/log 2>&1 & for n in $(seq 300); do ` +
    'curl -sf localhost:5001/ && exit; sleep 0.2; done; cat /tmp/log';
  const fixture = (name: string): Record<string, string> => fixtureFiles('java', name);

  online('answer, and are built the second time from the cache, to the same bytes', async () => {
    const source = await bench.example('java-hello');
    const first = await build(source, patient);
    assert.match(first.output, /-----> Downloading Maven 3\.9\.11, once for all apps/);
    assert.match(first.output, /-----> Building \(mvn -DskipTests package\)/);
    const web = 'java -Dserver.port=$PORT $JAVA_OPTS -jar target/hello-1.0.jar';
    assert.deepEqual(first.processes, { web });
    assert.deepEqual(first.runtimes, []);
    assert.equal(await run(first.folder, page(web)), 'Hello from Java, release v3');
    await assert.rejects(run(first.folder, 'javac -version'));
    const again = await build(source, offline);
    assert.match(again.output, /Installing the Java runtime \(from the cache\)/);
    const changed = await execa('diff', ['-rq', '--no-dereference', first.folder, again.folder], {
      reject: false,
    });
    assert.equal(changed.stdout, '');
    assert.equal(again.slug.sha256, first.slug.sha256);
  });

  online('of Spring Boot answer on the port that they are given', async () => {
    const { folder, processes } = await build(await bench.commit('java', fixture('spring')), {
      ...patient,
      mavenMirror: central,
    });
    assert.deepEqual(Object.keys(processes), ['web']);
    assert.equal(await run(folder, page(processes['web']!)), 'Hello from Spring Boot');
  });

  online(
    'are built by the wrapper that Maven itself makes, which fetches its Maven from the mirror',
    async () => {
      const config = { MAVEN_CUSTOM_GOALS: 'wrapper:wrapper', MAVEN_CUSTOM_OPTS: '-Dmaven=3.9.9' };
      const pom = readFileSync(join(projectRoot, 'examples', 'java-hello', 'pom.xml'), 'utf8');
      const first = await bench.commit('java', { 'pom.xml': pom, Procfile: 'web: true' });
      const { folder } = await build(first, { ...patient, config });
      const files = Object.fromEntries(
        ['pom.xml', 'mvnw', '.mvn/wrapper/maven-wrapper.properties'].map((name) => [
          name,
          readFileSync(join(folder, name), 'utf8'),
        ]),
      );
      const main = 'src/main/java/hello/Hello.java';
      files[main] = readFileSync(join(projectRoot, 'examples', 'java-hello', main), 'utf8');
      const { output, processes } = await build(await bench.commit('java', files), {
        ...patient,
        mavenMirror: central,
        toolchains: { java: toolchains['java']! },
      });
      assert.match(output, /-----> Building \(\.\/mvnw -DskipTests package\)/);
      assert.match(processes['web']!, /hello-1\.0\.jar$/);
    },
  );

  online('whose repository lacks an artifact, or whose code is wrong, fail with a word why', async () => {
    const pom = readFileSync(join(projectRoot, 'examples', 'java-hello', 'pom.xml'), 'utf8');
    const main = 'src/main/java/hello/Hello.java';
    for (const [files, said] of [
      [
        { 'pom.xml': pom, [main]: 'class Hello { int x = y; }' },
        /cannot find symbol[\s\S]*the Maven build failed/,
      ],
      [
        { 'pom.xml': pom.replace('release>17', 'release>99'), [main]: 'class Hello {}' },
        /pom\.xml asks for another Java than/,
      ],
      [
        { 'pom.xml': pom.replace('3.14.0', '3.14.99'), [main]: 'class Hello {}' },
        /The Maven repository was not reached, or has no such artifact/,
      ],
    ] as const)
      await assert.rejects(
        async () => build(await bench.commit('java', files), patient),
        (error) => error instanceof UserError && said.test(error.message),
      );
  });

  it('are built by their own wrapper without a network, and run on a runtime of their own', async () => {
    const files = {
      'pom.xml': '<project/>',
      '.mvn/wrapper/maven-wrapper.properties': 'distributionUrl=none\n',
      mvnw:
        '#!/bin/sh\nset -e\necho "$@" >ran.txt\njavac -d target/classes Main.java\n' +
        'jar --create --file target/main.jar --main-class Main -C target/classes .\n' +
        'cp target/main.jar target/main-sources.jar\n',
      'Main.java':
        'public class Main { public static void main(String[] a) {\n' +
        'System.out.println(System.getProperty("server.port") + " " + java.util.logging.Level.INFO + " " ' +
        '+ java.sql.Types.BIGINT); } }\n',
    };
    const config = {
      MAVEN_CUSTOM_GOALS: 'clean verify',
      MAVEN_CUSTOM_OPTS: '-Pfast',
      JAVA_TOOL_OPTIONS: '-Xbroken',
    };
    const built = await build(await bench.commit('java', files), {
      ...offline,
      config,
      mavenMirror: 'https://maven.example.com/a&b/',
    });
    assert.match(built.output, /-----> Building \(\.\/mvnw -Pfast /);
    assert.match(
      readFileSync(join(built.folder, 'ran.txt'), 'utf8'),
      /--global-settings .* -Pfast clean verify\n$/,
    );
    const web = 'java -Dserver.port=$PORT $JAVA_OPTS -jar target/main.jar';
    assert.deepEqual(built.processes, { web });
    assert.equal(await run(built.folder, web), '5001 INFO -5');
    assert.ok(existsSync(join(built.folder, '.deis/jdk/lib/security/cacerts')));
  });

  it('are refused with a version of Java that cannot be had', async () => {
    const files = { 'pom.xml': '<project/>', 'system.properties': 'java.runtime.version=1.8\n' };
    await assert.rejects(
      async () =>
        build(await bench.commit('java', files), { toolchains: { java: bench.java, maven: bench.maven } }),
      /Java 8, which system\.properties asks for, cannot be had: expected 17 on bookworm/,
    );
  });
});
