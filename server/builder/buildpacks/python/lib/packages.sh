# Installs packages by pip. Sourced by bin/compile.

# $1: the environment to install into. $2...: as for pip install. Byte code comes later, in one form.
pip_install() {
  local log
  log=$(mktemp)
  {
    local code=0
    python3 -m pip --python "$1" install --no-compile "${@:2}" 2>&1 || code=$?
    echo "$code" >"$log.code"
  } | tee "$log" | { grep -v '^Requirement already satisfied' || true; } | indent
  if [ "$(cat "$log.code")" = 0 ]; then return 0; fi
  advise "$log"
  return 1
}

# $1: what pip wrote. A line on what is to be done, where the cause is known.
advise() {
  local index
  if grep -qE 'NewConnectionError|NameResolutionError|Temporary failure in name resolution|ConnectTimeoutError|ReadTimeoutError|SSLError' "$1"; then
    index=${PIP_INDEX_URL:-https://pypi.org/simple}
    index=${index#*://}
    index=${index%%/*}
    detail "The package index ${index##*@} was not reached: DEIS_PYPI_INDEX names another, DEIS_CA_BUNDLE its authorities"
  elif grep -qE 'Python\.h: No such file' "$1"; then
    detail 'A package wants to be compiled with the headers of Python, which the stack lacks: take one with ready wheels, such as psycopg[binary]'
  elif grep -qE 'No matching distribution|Could not find a version' "$1"; then
    detail "The index has no such version for Python $(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'): is the line right?"
  elif grep -q 'THESE PACKAGES DO NOT MATCH THE HASHES' "$1"; then
    detail 'A file of the index is not the one that was locked: lock again, or find out who changed it'
  fi
}

# What an environment is good for: the same requirements, Python, pip and index.
environment_key() {
  {
    cat "$1" pyproject.toml 2>/dev/null || true
    find . \( -path ./.deis -o -name node_modules \) -prune -o -path '*requirements*' -name '*.txt' -type f -print0 | sort -z | xargs -0 -r cat
    python3 --version
    python3 -m pip --version
    echo "${PIP_INDEX_URL-}"
    echo "${PIP_EXTRA_INDEX_URL-}"
  } | sha256sum | cut -d ' ' -f 1
}

# $1: requirements. $2: where the environment goes. $3: folder of the cache.
install_packages() {
  local kept="$3/environment" key
  key=$(environment_key "$1")
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  if [ "$(cat "$kept.key" 2>/dev/null)" = "$key" ] && (cd "$3" && sha256sum --status -c environment.sum 2>/dev/null); then
    say 'Installing packages (from the cache)'
    tar -xf "$kept.tar" -C "$(dirname "$2")"
    finish_install "$1" "$2"
    return
  fi
  say 'Installing packages (pip)'
  python3 -m venv --without-pip "$2"
  finish_install "$1" "$2"
  compile_packages "$2"
  rm -f "$kept".*
  if tar -cf "$kept.tar" -C "$(dirname "$2")" "$(basename "$2")" && (cd "$3" && sha256sum environment.tar >environment.sum); then echo "$key" >"$kept.key"; fi
}

# $1: requirements. $2: environment. What is there already takes pip a moment, and versions that are not pinned stay as they are.
finish_install() {
  pip_install "$2" -r "$1" || fail 'the packages could not be installed'
  if [ -f uv.lock ] && grep -q '^\[build-system\]' pyproject.toml 2>/dev/null; then
    pip_install "$2" --no-deps --force-reinstall . || fail 'the project itself could not be installed'
  fi
}

# $1: environment. It has no pip of its own unless the app asks for one: the stack's, for what is installed there, so that
# `deis run 'pip list'` speaks of the app.
lend_pip() {
  local name
  for name in pip pip3; do
    [ ! -e "$1/bin/$name" ] || continue
    cat >"$1/bin/$name" <<'PIP'
#!/bin/sh
exec /usr/bin/python3 -m pip --python /app/.deis/python/bin/python "$@"
PIP
    chmod 755 "$1/bin/$name"
  done
}

# Byte code that holds whatever the time of its source: all files of a slug have the same one.
compile_packages() {
  "$1/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$1/lib" >/dev/null 2>&1 || true
}
