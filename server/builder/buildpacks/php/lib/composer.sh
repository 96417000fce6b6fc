# Installs packages by Composer. Sourced by bin/compile.

# $1: folder of the cache.
install_packages() {
  local log options=(--no-dev --prefer-dist --optimize-autoloader --no-interaction --no-progress --no-ansi)
  export COMPOSER_HOME=/tmp/composer COMPOSER_CACHE_DIR="$1/composer"
  # Composer of before 2.6 names the autoloader by chance, which makes another slug of the same packages.
  mkdir -p "$COMPOSER_HOME"
  { cat composer.json composer.lock 2>/dev/null || true; } | sha256sum | head -c 32 | jq -R '{ config: { "autoloader-suffix": . } }' >"$COMPOSER_HOME/config.json"
  say "Installing packages (composer install --no-dev --prefer-dist --optimize-autoloader)"
  log=$(mktemp)
  # Without a lock file there is nothing to fetch: requirements.php has seen to that.
  [ -f composer.lock ] || export COMPOSER_DISABLE_NETWORK=1
  if ! composer install "${options[@]}" </dev/null 2>&1 | tee "$log" | indent; then
    advise "$log"
    fail 'the packages could not be installed'
  fi
  unset COMPOSER_DISABLE_NETWORK
  if has_script compile; then
    say 'Running the script compile of composer.json'
    indented composer run-script --no-interaction --no-ansi --no-dev compile </dev/null || fail 'the script compile of composer.json failed'
  fi
}

has_script() { jq -e --arg name "$1" '.scripts | type == "object" and has($name)' composer.json >/dev/null; }

# $1: what Composer wrote. A line on what is to be done, where the cause is known.
advise() {
  local host
  if grep -qE 'Could not resolve host|Failed to connect|Connection (refused|timed out)|curl error (6|7|28) while downloading' "$1"; then
    host=$(grep -oE 'https?://[^/ "]+' "$1" | tail -n 1)
    detail "Composer did not reach ${host:-the host of a package}: let builds reach it (docs/operating.md), or commit vendor/ (git add -f vendor)"
  elif grep -qE 'lock file (is not up to date|does not contain a compatible)|not present in the lock file' "$1"; then
    detail 'composer.lock is not in step with composer.json, or with this PHP: run `composer update` and commit both'
  elif grep -qE 'Script .* returned with error code' "$1"; then
    detail 'A script of composer.json failed. Is all config that it needs set with deis config:set?'
  elif grep -qE '40[134] .*(Unauthorized|Forbidden|Not Found)|Could not authenticate|HTTP/[0-9.]+ 40[134]' "$1"; then
    detail 'A repository of packages wants to know who asks: deis config:set COMPOSER_AUTH=... (a JSON text as in auth.json)'
  fi
}

# What Procfiles call lies in the PATH, and in vendor/bin where a package of Heroku's would put it. $1: BUILD_DIR.
add_servers() {
  local name
  mkdir -p "$1/vendor/bin"
  for name in heroku-php-nginx heroku-php-apache2; do
    ln -sfn "../../.deis/php/bin/$name" "$1/vendor/bin/$name"
  done
}
