# Brings yarn or pnpm to .deis/package-manager, for the build and for the app. Sourced by bin/compile.

# Reads what the app wants, and is built by: $manager, npm, yarn, berry or pnpm, with $manager_package and so on; $build_script, $prunes and
# $install_key as describe.mjs has them. What that says is kept with the sum of all that it says it of, because Node.js takes longer to start.
# $1: CACHE_DIR.
describe_app() {
  local kept="$1/described" of said='' lines=()
  of=$(described | sha256sum)
  if [ -f "$kept" ]; then mapfile -t lines <"$kept"; fi
  if [ ${#lines[@]} -gt 1 ]; then said=$(printf '%s\n' "${lines[@]:1}"); fi
  if [ -z "$said" ] || [ "${lines[0]}" != "$of $(sha256sum <<<"$said")" ]; then
    said=$(node "$folder/lib/describe.mjs") || fail 'package.json could not be read'
    rm -rf "$kept" 2>/dev/null || true
    printf '%s\n%s\n' "$of $(sha256sum <<<"$said")" "$said" 2>/dev/null >"$kept" || true
  fi
  mapfile -t lines <<<"$said"
  IFS='|' read -r manager manager_package manager_version manager_algorithm manager_hash <<<"${lines[0]}"
  build_script=${lines[1]-} prunes=${lines[2]-} install_key=${lines[3]-}
  printf '%s\n' "${lines[@]:4}" >.profile.d/deis-package.sh
}

# All that describe.mjs looks at, and it itself.
described() {
  env | grep -av -e '^SOURCE_VERSION=' -e '^DEIS_READY_LINE=' -e '^_=' | LC_ALL=C sort
  tail -v -n +1 -- package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml pnpm-workspace.yaml .yarnrc.yml .npmrc binding.gyp 2>/dev/null || true
  cat "$folder"/lib/* "$folder/bin/compile" /build/*.sh 2>/dev/null || true
}

# The program that a yarn's own settings name within the app, which yarn itself would hand over to; empty where they name none.
yarn_in_app() {
  local path=
  if [ -f .yarnrc.yml ]; then path=$(sed -n "s/^yarnPath:[[:space:]]*[\"']\{0,1\}\([^\"' ]*\).*/\1/p" .yarnrc.yml); fi
  if [ -z "$path" ] && [ -f .yarnrc ]; then
    path=$(sed -n "s/^\"\{0,1\}yarn-path\"\{0,1\}[[:space:]]*\"\{0,1\}\([^\" ]*\).*/\1/p" .yarnrc)
  fi
  [ -z "$path" ] || [ ! -f "$path" ] || echo "${path#./}"
}

# $1: file. True where the hash of packageManager is the file's, or there is none.
has_manager_hash() {
  [ "$(node -e '
    const { createHash } = require("node:crypto");
    console.log(createHash(process.argv[1]).update(require("node:fs").readFileSync(process.argv[2])).digest("hex"));
  ' "$manager_algorithm" "$1")" = "$manager_hash" ]
}

# $1: BUILD_DIR.
fetch_manager() {
  local place="$1/.deis/package-manager" own=
  [ "$manager" != npm ] || return 0
  rm -rf "$place"
  mkdir -p "$place/bin"
  case $manager in yarn | berry) own=$(yarn_in_app) ;; esac
  if [ -n "$own" ]; then use_own_yarn "$own" "$place"; else fetch_package "$place"; fi
  export PATH="$place/bin:$PATH"
  echo "export PATH=\"$place/bin:\$PATH\"" >>"$folder/export"
  # After deis-node.sh, in front of what that has put into PATH.
  echo 'export PATH="/app/.deis/package-manager/bin:$PATH"' >"$1/.profile.d/deis-package-manager.sh"
}

# $1: program below the app. $2: where the manager goes.
use_own_yarn() {
  say "Using yarn of this repository ($1)"
  [ -z "$manager_hash" ] || [ "$manager" != berry ] || has_manager_hash "$1" ||
    fail "$1 is not what packageManager of package.json says: its $manager_algorithm is another one. Run \`yarn set version $manager_version\` and commit what it changes"
  cat >"$2/bin/yarn" <<'PROGRAM'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
PROGRAM
  printf 'exec node "$here/../../../%s" "$@"\n' "$1" >>"$2/bin/yarn"
  chmod +x "$2/bin/yarn"
  ln -s yarn "$2/bin/yarnpkg"
}

# $1: where it goes. npm itself checks what the registry says of the package; packageManager's hash is the author's word for it.
fetch_package() {
  local work spec="$manager_package@$manager_version" log
  work=$(mktemp -d)
  log="$work/log"
  say "Installing ${manager_package/@yarnpkg\/cli-dist/yarn} $manager_version"
  # Not in the app's folder, whose package.json is none of its business; the registry of the app's .npmrc is.
  if ! npm pack "$spec" --pack-destination "$work" --cache "$npm_cache" --prefer-offline --fetch-retries 1 >"$log" 2>&1; then
    grep -E '^npm (ERR!|error)' "$log" | head -n 5 | indent
    fail "$spec could not be had from the npm registry (package.json: packageManager or engines; settings: DEIS_NPM_REGISTRY)"
  fi
  mkdir -p "$1/lib"
  tar -xzf "$work"/*.tgz --no-same-owner --strip-components 1 -C "$1/lib"
  check_hash "$work"/*.tgz "$1/lib/bin/yarn.js"
  link_programs "$1"
  rm -rf "$work"
}

# As Corepack has it: the hash is the package's, of a yarn from 2 on its one file's. $1: package. $2: that file.
check_hash() {
  [ -n "$manager_hash" ] || return 0
  if has_manager_hash "$1"; then return 0; fi
  if [ "$manager" = berry ] && has_manager_hash "$2"; then return 0; fi
  fail "the ${manager_package/@yarnpkg\/cli-dist/yarn} $manager_version of the registry is not what packageManager of package.json says: its $manager_algorithm is another one"
}

# The programs that the package names. $1: where it is.
link_programs() {
  node -e '
    const { chmodSync, readFileSync, symlinkSync } = require("node:fs");
    const { bin, name } = JSON.parse(readFileSync(`${process.argv[1]}/lib/package.json`, "utf8"));
    for (const [program, path] of Object.entries(typeof bin === "string" ? { [name]: bin } : bin)) {
      chmodSync(`${process.argv[1]}/lib/${path}`, 0o755);
      symlinkSync(`../lib/${path}`, `${process.argv[1]}/bin/${program}`);
    }
  ' "$1"
}
