# Installs gems by Bundler. Sourced by bin/compile.

# What Bundler goes by. $1: BUILD_DIR.
use_bundler() {
  export BUNDLE_PATH="$1/vendor/bundle" BUNDLE_WITHOUT="${BUNDLE_WITHOUT-development:test}" BUNDLE_DEPLOYMENT=1
  # Not the repository's .bundle/config, and the Bundler that is here: Gemfile.lock may name another, which is not to be fetched.
  export BUNDLE_APP_CONFIG=/tmp/bundle BUNDLE_USER_HOME="$HOME/.bundle"
  # It breaks lines by the width of a terminal otherwise.
  export THOR_COLUMNS=400
  BUNDLER_VERSION=$(ruby -r bundler -e 'print Bundler::VERSION') || fail 'Ruby does not start'
  export BUNDLER_VERSION
  mkdir -p "$BUNDLE_APP_CONFIG"
  [ -z "${DEIS_RUBYGEMS_MIRROR-}" ] || bundle config set --local mirror.https://rubygems.org "$DEIS_RUBYGEMS_MIRROR" >/dev/null
}

# $1: folder of the cache. What is there already takes Bundler a moment.
install_gems() {
  local kept="$1/bundle" key log options=()
  [ ! -d vendor/bundle ] || detail 'vendor/bundle of the repository is not used: take it out (git rm -r --cached vendor/bundle)'
  rm -rf vendor/bundle
  key="$(ruby --version) $STACK"
  if [ "$(cat "$kept.key" 2>/dev/null)" = "$key" ] && (cd "$1" && sha256sum --status -c bundle.sum 2>/dev/null); then
    mkdir -p vendor
    tar -xf "$kept.tar" -C vendor
  fi
  if compgen -G 'vendor/cache/*.gem' >/dev/null; then options=(--local); fi
  say "Installing gems (bundle install${options[*]:+ ${options[*]}})"
  log=$(mktemp)
  if ! bundle install --jobs 4 --retry 2 "${options[@]}" </dev/null 2>&1 | tee "$log" | { grep -v '^Using ' || true; } | indent; then
    advise "$log" "${options[*]}"
    fail 'the gems could not be installed'
  fi
  bundle clean --force >/dev/null 2>&1 || true
  bundle binstubs --all --force --path vendor/bundle/bin >"$log" 2>&1 || { tail -n 5 "$log" | indent; }
  # What only the installation needed, and what says when it was.
  rm -rf vendor/bundle/ruby/*/cache
  find vendor/bundle \( -name gem_make.out -o -name mkmf.log -o -name '*.o' \) -type f -delete 2>/dev/null || true
  rm -f "$kept".*
  if tar -cf "$kept.tar" -C vendor bundle 2>/dev/null && (cd "$1" && sha256sum bundle.tar >bundle.sum); then echo "$key" >"$kept.key"; fi
}

# $1: what Bundler wrote. $2: its options. A line on what is to be done, where the cause is known.
advise() {
  if grep -qE 'only supports platforms|does not have .* for (the )?platform|platform.*lockfile' "$1"; then
    detail 'Gemfile.lock was made on another kind of machine: run `bundle lock --add-platform x86_64-linux aarch64-linux` and commit it'
  elif grep -qE 'deployment mode|frozen|lockfile (is|does)|Gemfile.lock.*(not|in sync)' "$1"; then
    detail 'Gemfile.lock is not in step with Gemfile: run `bundle install` and commit both'
  elif [ "$2" = --local ] && grep -q 'Could not find' "$1"; then
    detail 'vendor/cache does not hold all gems of Gemfile.lock: run `bundle cache --all-platforms` and commit it'
  elif grep -qE 'Could not (reach|fetch)|SocketError|Failed to open TCP|getaddrinfo|Network|Connection refused|timed out' "$1"; then
    detail 'RubyGems was not reached: DEIS_RUBYGEMS_MIRROR names a mirror; or commit the gems: `bundle cache --all-platforms` puts them into vendor/cache'
  elif grep -q 'Failed to build gem native extension' "$1"; then
    detail 'A gem is compiled against a library whose headers the stack lacks: take one that comes compiled, or add its platform to Gemfile.lock'
  fi
}
