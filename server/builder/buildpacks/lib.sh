# What run.sh and the built-in buildpacks share. Sourced.

say() { echo "-----> $*"; }
detail() { echo "       $*"; }
fail() { echo " !     $*"; exit 1; }
# What the build is at, for the message of its failure.
at() { echo "$*" >/tmp/deis-step; }

# Runs a command with its output indented, and fails as it does.
indented() { "$@" 2>&1 | indent; }
indent() { sed -u -e '/^[[:space:]]*$/d' -e 's/^/       /'; }

# The kernel has killed something in this container's cgroup (v1, v2); the engine does not always hear of it.
memory_ran_out() { grep -qsE '^oom_kill [1-9]' /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events; }

# Removes what .slugignore lists, before anything is built: lines as in .gitignore.
remove_ignored() {
  [ -f .slugignore ] || return 0
  git --git-dir=/tmp/ignore init --quiet
  git --git-dir=/tmp/ignore --work-tree=/app -c core.excludesFile=/dev/null ls-files -z --others --ignored --directory --exclude-from=.slugignore |
    xargs -0 -r rm -rf --
  rm -rf /tmp/ignore
}

# Exports the config to what is run next, as a buildpack of Heroku's does it. What decides where programs and libraries come from, and
# what the builder itself says, stays as it is. $1: ENV_DIR, a file for each variable.
export_config() {
  local DEIS_FILE DEIS_NAME DEIS_VALUE
  for DEIS_FILE in "$1"/*; do
    DEIS_NAME=${DEIS_FILE##*/}
    [ -f "$DEIS_FILE" ] || continue
    [[ $DEIS_NAME =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || continue
    case $DEIS_NAME in
      PATH | HOME | CI | STACK | SOURCE_VERSION | DEIS_* | GIT_* | LD_* | LIBRARY_PATH | ENV | IFS) continue ;;
      # bash's own
      BASH* | SHELLOPTS | UID | EUID | PPID | PS4 | GROUPS | FUNCNAME | DIRSTACK | PIPESTATUS) continue ;;
    esac
    IFS= read -r -d '' DEIS_VALUE <"$DEIS_FILE" || true
    export "$DEIS_NAME=$DEIS_VALUE"
  done
}

# Runtimes that the controller has prepared lie at their places below /app. Containers get them there, too: they are no part of the
# slug. DEIS_RUNTIMES: a line NAME|PLACE|TITLE for each.
each_runtime() {
  local name place title
  while IFS='|' read -r name place title; do
    if [ -n "$name" ]; then "$@" "$name" "$place" "$title"; fi
  done <<<"${DEIS_RUNTIMES-}"
}
link_runtimes() { each_runtime link_runtime; }
link_runtime() {
  mkdir -p "${2%/*}"
  rm -rf "$2"
  ln -s "/build/runtimes/$1" "$2"
}
# The folder that it is mounted on.
unlink_runtime() {
  rm -rf "$2"
  mkdir -p "$2"
}
# $1: its name.
runtime_title() { each_runtime print_title "$1"; }
print_title() { if [ "$1" = "$2" ]; then echo "$4"; fi; }

# Node.js for this buildpack, for those after it and for the app. $1: BUILD_DIR. $2: the buildpack's folder.
install_node() {
  export PATH="$1/.deis/node/bin:$1/node_modules/.bin:$PATH"
  echo "export PATH=\"$1/.deis/node/bin:$1/node_modules/.bin:\$PATH\"" >"$2/export"
  mkdir -p "$1/.profile.d"
  cat >"$1/.profile.d/deis-node.sh" <<'PROFILE'
export PATH="/app/.deis/node/bin:/app/node_modules/.bin:$PATH"
export NODE_ENV="${NODE_ENV:-production}"
# What one container keeps for itself is no part of the app.
export npm_config_cache=/tmp/.npm npm_config_update_notifier=false
PROFILE
}

# CACHE_DIR. The cache is a convenience: neither its absence nor its state may fail a build.
cache_root() {
  local folder=/cache
  if [ ! -d "$folder" ] || [ ! -w "$folder" ]; then
    folder=/tmp/cache
    mkdir -p "$folder"
  fi
  echo "$folder"
}

# $1: CACHE_DIR. $2: the name of a folder within, which can be written to.
cache_folder() {
  local folder="$1/$2"
  if [ -w "$folder" ] && [ -w "$folder/.deis" ]; then
    echo "$folder"
    return 0
  fi
  if ! mkdir -p "$folder" 2>/dev/null || ! touch "$folder/.deis" 2>/dev/null; then
    rm -rf "$folder" 2>/dev/null || true
    mkdir -p "$folder" 2>/dev/null && touch "$folder/.deis" 2>/dev/null || folder="/tmp/cache/$2"
  fi
  mkdir -p "$folder"
  echo "$folder"
}

# The controller, whoever it runs as, must be able to remove the cache, also after a build that failed.
open_cache() { chmod -R a+rwX /cache 2>/dev/null || true; }
