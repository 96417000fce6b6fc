import { javaVersionOf, mavenVersionOf } from '../../toolchains/java-version.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';

/** Java with Maven: the repository's own wrapper, else the Maven that the controller has fetched. */
export const java: BuiltinBuildpack = {
  name: 'java',
  title: 'Java',
  sign: 'pom.xml',
  detect: ({ names }) => names.has('pom.xml'),
  plan: ({ names, systemProperties = '' }) => {
    const hasWrapper = names.has('mvnw') && names.has('.mvn');
    const maven = { name: 'maven', range: mavenVersionOf(systemProperties) };
    return {
      processes: {},
      decidesLater: true,
      runtimes: [],
      toolchains: [{ name: 'java', range: javaVersionOf(systemProperties) }, ...(hasWrapper ? [] : [maven])],
      notes: hasWrapper && maven.range !== '*' ? ['maven.version is not read: the wrapper mvnw counts'] : [],
    };
  },
};
