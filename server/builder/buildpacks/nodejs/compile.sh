# Node.js: runtime, packages by npm, the app's own build, then without development packages.

say "Installing Node.js $DEIS_NODE_VERSION and npm $DEIS_NPM_VERSION"
install_runtime

# $1: an expression over package.json's content `app`. Exits 0 when it is true.
package_json() { node -e "const app = require('/app/package.json'); process.exit(($1) ? 0 : 1)"; }

# $@: an npm command that installs. Once more without the cache where that is to blame.
npm_install() {
  local log=/tmp/npm-install.log
  if "$@" --cache "$npm_cache" --prefer-offline 2>&1 | tee "$log" | indent; then return 0; fi
  if ! grep -qE "EINTEGRITY|_cacache|$npm_cache" "$log"; then return 1; fi
  detail 'The package cache is broken: once more without it'
  find "$npm_cache" -mindepth 1 -delete 2>/dev/null || npm_cache=/tmp/npm-cache
  rm -rf node_modules
  indented "$@" --cache "$npm_cache"
}

export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false npm_config_progress=false
npm_cache=$(cache_folder npm)
rm -rf node_modules

if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
  say 'Installing packages (npm ci)'
  npm_install npm ci --include=dev || fail 'npm ci failed. Does `npm ci` work in a fresh clone? Are package.json and package-lock.json both committed, and in step?'
else
  say 'Installing packages (npm install)'
  npm_install npm install --include=dev --no-package-lock || fail 'npm install failed'
fi

for script in heroku-postbuild build; do
  if package_json "app.scripts?.['$script']"; then
    say "Building (npm run $script)"
    indented npm run "$script" --cache "$npm_cache" || fail "npm run $script failed"
    break
  fi
done

if [ -d node_modules ] && package_json 'Object.keys(app.devDependencies ?? {}).length'; then
  say 'Removing development packages'
  indented npm prune --omit=dev --ignore-scripts --no-package-lock --cache "$npm_cache" || fail 'npm prune failed'
fi
