# Installs an app's packages with the package manager that it wants, and takes those of development out again. Sourced by bin/compile.

# Where each manager keeps what it has downloaded, and that it asks nobody. $1: CACHE_DIR.
manager_settings() {
  case $manager in
    yarn)
      YARN_CACHE_FOLDER=$(cache_folder "$1" yarn)
      export YARN_CACHE_FOLDER
      ;;
    berry)
      YARN_GLOBAL_FOLDER=$(cache_folder "$1" yarn-berry)
      export YARN_GLOBAL_FOLDER YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_PROGRESS_BARS=0 YARN_ENABLE_HYPERLINKS=0
      [ -z "${npm_config_registry-}" ] || export YARN_NPM_REGISTRY_SERVER="${npm_config_registry%/}"
      case ${npm_config_registry-} in
        http://*)
          YARN_UNSAFE_HTTP_WHITELIST=$(registry_host)
          export YARN_UNSAFE_HTTP_WHITELIST
          ;;
      esac
      ;;
    pnpm)
      npm_config_store_dir=$(cache_folder "$1" pnpm)
      export npm_config_store_dir npm_config_manage_package_manager_versions=false
      ;;
  esac
}
registry_host() { node -p 'new URL(process.env.npm_config_registry).hostname'; }

lock_advice() { echo "Are package.json and $1 both committed, and in step? \`$2\` in a fresh clone shows it"; }

# $1: CACHE_DIR.
install_packages() {
  manager_settings "$1"
  case $manager in
    npm) install_by_npm ;;
    yarn) install_by_yarn ;;
    berry) install_by_berry "$1" ;;
    pnpm) install_by_pnpm ;;
  esac
}

install_by_npm() {
  if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
    say 'Installing packages (npm ci)'
    npm_install npm ci --include=dev || fail 'npm ci failed. Does `npm ci` work in a fresh clone? Are package.json and package-lock.json both committed, and in step?'
  else
    say 'Installing packages (npm install)'
    npm_install npm install --include=dev --no-package-lock || fail 'npm install failed'
  fi
}

install_by_yarn() {
  local how=--frozen-lockfile
  [ -f yarn.lock ] || how=--no-lockfile
  say "Installing packages (yarn install $how)"
  use_registry
  indented yarn install "$how" --production=false --non-interactive --no-progress ||
    fail "yarn install failed. $(lock_advice yarn.lock 'yarn install --frozen-lockfile')"
}

# yarn.lock names the public registry in every line, which yarn 1 takes by its word: where the operator has named another, that one is
# asked, for what is the same by its checksum. The app gets its file back.
use_registry() {
  [ -n "${npm_config_registry-}" ] && [ -f yarn.lock ] || return 0
  cp -p yarn.lock /tmp/yarn.lock
  node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const registry = process.env.npm_config_registry.replace(/\/*$/, "/");
    const own = /^(  resolved ")https:\/\/registry\.(?:yarnpkg\.com|npmjs\.org)\//gm;
    writeFileSync("yarn.lock", readFileSync("/tmp/yarn.lock", "utf8").replace(own, (_, start) => start + registry));
  '
}
give_lock_back() { [ ! -f /tmp/yarn.lock ] || mv /tmp/yarn.lock yarn.lock; }

# Where packages are read from archives at run time (Plug'n'Play), these are part of the app.
install_by_berry() {
  local how=--immutable
  [ -f yarn.lock ] || how=--no-immutable
  if [ -d .yarn/cache ]; then
    export YARN_ENABLE_GLOBAL_CACHE=false
  elif [ "$(yarn config get nodeLinker 2>/dev/null)" = pnp ]; then
    export YARN_ENABLE_GLOBAL_CACHE=false
    berry_cache=$(cache_folder "$1" yarn-pnp)
    mkdir -p .yarn
    cp -r "$berry_cache" .yarn/cache
    rm -f .yarn/cache/.deis
  else
    export YARN_ENABLE_GLOBAL_CACHE=true
  fi
  say "Installing packages (yarn install $how)"
  indented yarn install "$how" || fail "yarn install failed. $(lock_advice yarn.lock 'yarn install --immutable')"
  keep_berry_cache
  start_with_pnp
}
keep_berry_cache() {
  [ -n "${berry_cache-}" ] || return 0
  find "$berry_cache" -mindepth 1 -delete 2>/dev/null && cp -r .yarn/cache/. "$berry_cache/" || true
}
start_with_pnp() {
  [ -f .pnp.cjs ] || return 0
  cat >.profile.d/deis-pnp.sh <<'PROFILE'
export NODE_OPTIONS="--require /app/.pnp.cjs${NODE_OPTIONS:+ $NODE_OPTIONS}"
if [ -f /app/.pnp.loader.mjs ]; then NODE_OPTIONS="$NODE_OPTIONS --experimental-loader /app/.pnp.loader.mjs"; fi
PROFILE
}

install_by_pnpm() {
  local how=--frozen-lockfile
  [ -f pnpm-lock.yaml ] || how=--no-lockfile
  say "Installing packages (pnpm install $how)"
  indented pnpm install "$how" --prod=false --reporter=append-only ||
    fail "pnpm install failed. $(lock_advice pnpm-lock.yaml 'pnpm install --frozen-lockfile')"
}

# $1: a script of package.json.
run_script() {
  local program=${manager/berry/yarn}
  say "Building ($program run $1)"
  case $manager in
    npm) indented npm run "$1" --cache "$npm_cache" ;;
    *) indented "$program" run "$1" ;;
  esac || fail "$program run $1 failed"
}

# What package.json, or one of its workspaces, names for development alone.
prune_packages() {
  [ -d node_modules ] || [ -f .pnp.cjs ] || return 0
  [ -n "$prunes" ] || return 0
  say 'Removing development packages'
  case $manager in
    npm) indented npm prune --omit=dev --ignore-scripts --no-package-lock --cache "$npm_cache" || fail 'npm prune failed' ;;
    yarn) prune_by_yarn ;;
    berry) prune_by_berry ;;
    pnpm) prune_by_pnpm ;;
  esac
}

prune_by_yarn() {
  local how=--frozen-lockfile
  [ -f yarn.lock ] || how=--no-lockfile
  indented yarn install --production "$how" --ignore-scripts --prefer-offline --non-interactive --no-progress || fail 'yarn install --production failed'
}

# A plugin before yarn 4.
prune_by_berry() {
  if ! yarn workspaces focus --help >/dev/null 2>&1; then
    detail 'This yarn has no `yarn workspaces focus`: they stay. Take yarn 4, or its plugin workspace-tools'
    return 0
  fi
  indented yarn workspaces focus --all --production || fail 'yarn workspaces focus --all --production failed'
}

prune_by_pnpm() {
  if [ -f pnpm-workspace.yaml ] && [ -f pnpm-lock.yaml ]; then
    npm_config_modules_cache_max_age=0 indented pnpm install --prod --frozen-lockfile --offline --ignore-scripts --reporter=append-only || fail 'pnpm install --prod failed'
  else
    indented pnpm prune --prod --ignore-scripts || fail 'pnpm prune failed'
  fi
}

# What a manager writes down of the time and of places outside of the app: the same app has the same bytes.
forget_the_time() { rm -f node_modules/.modules.yaml node_modules/.pnpm-workspace-state*.json; }
