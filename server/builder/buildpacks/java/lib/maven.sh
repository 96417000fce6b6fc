# Builds an app by Maven. Sourced by bin/compile.

maven_settings=/tmp/maven-settings.xml

# The operator's mirror in place of Maven Central. The app's own settings come on top.
write_settings() {
  local url=${DEIS_MAVEN_MIRROR-}
  url=${url//&/&amp;}
  {
    echo '<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">'
    [ -z "$url" ] || echo "  <mirrors><mirror><id>deis</id><mirrorOf>central</mirrorOf><url>${url//</&lt;}</url></mirror></mirrors>"
    echo '</settings>'
  } >"$maven_settings"
}

# The settings.xml of the app's own, empty where it has none; MAVEN_SETTINGS_PATH of the config names another file.
own_settings() {
  local path=${MAVEN_SETTINGS_PATH:-settings.xml}
  if [ -f "$path" ]; then echo "$path"; elif [ -n "${MAVEN_SETTINGS_PATH-}" ]; then
    fail "MAVEN_SETTINGS_PATH names $path, which is not in this commit" >&2
  fi
}

# $1: folder of the cache. $2: certificate authorities as Java has them.
build_by_maven() {
  local program=(mvn) own log goals options
  own=$(own_settings)
  if [ -f mvnw ] && [ -d .mvn ]; then
    program=(sh ./mvnw)
    export MAVEN_USER_HOME="$1/wrapper"
  else
    export PATH="/build/runtimes/maven/bin:$PATH"
  fi
  export MAVEN_OPTS="-Djavax.net.ssl.trustStore=$2 -Djavax.net.ssl.trustStoreType=JKS ${MAVEN_OPTS-}"
  write_settings
  read -r -a goals <<<"${MAVEN_CUSTOM_GOALS:-package}"
  read -r -a options <<<"${MAVEN_CUSTOM_OPTS--DskipTests}"
  say "Building (${program[*]: -1} ${options[*]} ${goals[*]})"
  log=$(mktemp)
  if "${program[@]}" --batch-mode --no-transfer-progress --global-settings "$maven_settings" ${own:+--settings "$own"} \
    "-Dmaven.repo.local=$1/repository" "${options[@]}" "${goals[@]}" </dev/null 2>&1 | tee "$log" | indent; then return 0; fi
  advise "$log"
  fail 'the Maven build failed'
}

# $1: what Maven wrote. A line on what is to be done, where the cause is known.
advise() {
  if grep -qE '(release version|target release:?) [0-9.]+( not supported)?|invalid (target|source) release' "$1"; then
    detail "pom.xml asks for another Java than $(java_version): set <maven.compiler.release>, or java.runtime.version in system.properties"
  elif grep -qE 'Could not (transfer|find) artifact|Could not resolve|UnknownHostException|Unknown host|Failed to (fetch|validate)' "$1"; then
    detail 'The Maven repository was not reached, or has no such artifact: DEIS_MAVEN_MIRROR names another, DEIS_CA_BUNDLE its authorities'
  fi
}

# Jars in target/ that can be started, a line each: what a manifest calls so. The parts of a build are none.
executable_jars() {
  local jar
  for jar in target/*.jar; do
    case $jar in *-sources.jar | *-javadoc.jar | *-tests.jar | */original-*.jar) continue ;; esac
    [ -f "$jar" ] || continue
    if unzip -p "$jar" META-INF/MANIFEST.MF 2>/dev/null | grep -q '^Main-Class:'; then echo "$jar"; fi
  done
}
