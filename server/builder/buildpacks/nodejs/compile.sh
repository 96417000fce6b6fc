# Node.js: runtime, packages by npm, the app's own build, then without development packages.

# shellcheck source=server/builder/buildpacks/nodejs/npm.sh
. /build/nodejs/npm.sh
say "Installing Node.js $DEIS_NODE_VERSION and npm $DEIS_NPM_VERSION"
install_runtime
package_variables package.json >.profile.d/deis-package.sh

# $1: an expression over package.json's content `app`. Exits 0 when it is true.
package_json() { node -e "const app = require('/app/package.json'); process.exit(($1) ? 0 : 1)"; }

npm_settings
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
