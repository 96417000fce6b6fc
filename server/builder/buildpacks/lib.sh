# What buildpacks share. Sourced by run.sh.

say() { echo "-----> $*"; }
detail() { echo "       $*"; }
fail() { echo " !     $*"; exit 1; }

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

# Node.js and npm at /app/.deis/node, as prepared by the controller. Containers get it there, too: it is no part of the slug.
install_runtime() {
  mkdir -p .deis
  rm -rf .deis/node
  ln -s /build/runtime .deis/node
  export PATH="/app/.deis/node/bin:/app/node_modules/.bin:$PATH"
  mkdir -p .profile.d
  cat >.profile.d/deis-node.sh <<'PROFILE'
export PATH="/app/.deis/node/bin:/app/node_modules/.bin:$PATH"
export NODE_ENV="${NODE_ENV:-production}"
# /app is read-only
export npm_config_cache=/tmp/.npm npm_config_update_notifier=false
PROFILE
}

# The slug to stdout: same tree, same bytes. Of a runtime only the folder that it is mounted on.
pack() {
  [ ! -L .deis/node ] || { rm .deis/node && mkdir .deis/node; }
  tar --format=gnu --sort=name --mtime=@0 --owner=1000 --group=1000 --numeric-owner -cf - . | gzip -n -4
}

# The cache is a convenience: neither its absence nor its state may fail a build.
cache_folder() {
  local folder="/cache/$1"
  if ! mkdir -p "$folder" 2>/dev/null || ! touch "$folder/.deis" 2>/dev/null; then
    rm -rf "$folder" 2>/dev/null || true
    mkdir -p "$folder" 2>/dev/null && touch "$folder/.deis" 2>/dev/null || folder="/tmp/cache/$1"
  fi
  mkdir -p "$folder"
  echo "$folder"
}

# The controller, whoever it runs as, must be able to remove the cache, also after a build that failed.
open_cache() { chmod -R a+rwX /cache 2>/dev/null || true; }
