# What an app needs of the JDK. Sourced by bin/compile.

java_version() { sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$JAVA_HOME/release"; }

# The authorities that the build trusts, as Java reads them. $1: file. $2: folder of the cache. $3: the buildpack's.
make_trust() {
  local bundle=/etc/ssl/certs/ca-certificates.crt key
  key=$(sha256sum <"$bundle")
  if [ -s "$1" ] && [ "$(cat "$2/trust.key" 2>/dev/null)" = "$key" ]; then return 0; fi
  java "$3/lib/Trust.java" "$bundle" "$1" || fail "the certificate authorities of $bundle could not be read"
  echo "$key" >"$2/trust.key"
}

# Modules that nobody needs who runs an app: compilers, other tools, and what serves them.
tools='^(jdk\.(compiler|javadoc|jlink|jpackage|jshell|jdeps|jartool|jconsole|jstatd|hotspot\.agent|editpad|random\.tools|internal\.(ed|le|opt|jvmstat|vm\.ci|vm\.compiler.*)|graal\..*|jcmd|attach|unsupported\.desktop))$'
runtime_modules() { java --list-modules | sed 's/@.*//' | grep -vE "$tools" | paste -s -d ,; }

# $1: where it goes. $2: folder of the cache. $3: certificate authorities.
install_runtime() {
  local kept="$2/runtime" key
  key="$(java_version) 1"
  rm -rf "$1"
  mkdir -p "$(dirname "$1")"
  if [ "$(cat "$kept.key" 2>/dev/null)" = "$key" ] && cp -r "$kept" "$1" 2>/dev/null; then
    say 'Installing the Java runtime (from the cache)'
  else
    say 'Installing the Java runtime (jlink)'
    rm -rf "$1" "$kept" "$kept.key"
    indented jlink --add-modules "$(runtime_modules)" --no-header-files --no-man-pages --compress=2 --output "$1" || fail 'jlink failed'
    if cp -r "$1" "$kept" 2>/dev/null; then echo "$key" >"$kept.key"; fi
  fi
  cp "$3" "$1/lib/security/cacerts"
  # What lies in the cache is open to everybody, and jlink shuts some files to their owner.
  chmod -R u=rwX,go=rX "$1"
}
