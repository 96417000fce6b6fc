# How npm is run. Sourced by compile.sh.

# What is built for production is built as it runs; the app's config decides otherwise.
npm_settings() {
  export NODE_ENV="${NODE_ENV:-production}"
  export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false npm_config_progress=false
}

# $1: what npm wrote. True for what only the cache can be the reason of: contents that are not what their checksum says, an archive
# that cannot be read, an entry that cannot be opened. That npm names the folder of its logs, beside them, says nothing.
cache_is_broken() {
  grep -qE -e '^npm (ERR!|error) code (EINTEGRITY|TAR_[A-Z_]+|Z_[A-Z]+_ERROR)$' "$1" ||
    grep -E '^npm (ERR!|error) ' "$1" | grep -qF "$npm_cache/_cacache"
}

# $@: an npm command that installs. Once more without the cache where that is to blame.
npm_install() {
  local log
  log=$(mktemp)
  if "$@" --cache "$npm_cache" --prefer-offline 2>&1 | tee "$log" | indent; then return 0; fi
  if ! cache_is_broken "$log"; then return 1; fi
  detail 'The package cache is broken: once more without it'
  find "$npm_cache" -mindepth 1 -delete 2>/dev/null || npm_cache=/tmp/npm-cache
  rm -rf node_modules
  indented "$@" --cache "$npm_cache"
}
