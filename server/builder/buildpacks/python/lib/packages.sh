# Installs packages by pip. Sourced by bin/compile.

# Which pip the stack has, as its files say: pip itself takes long to start. False where it has none.
stack_pip() { compgen -G '/usr/lib/python3/dist-packages/pip-*' || python3 -m pip --version 2>/dev/null; }

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

# What an environment is good for: the same requirements, settings of pip, Python, pip and buildpack. $1: as inputs.py says them.
environment_key() {
  {
    echo "$1"
    cat pyproject.toml "$folder"/lib/*.* /build/layers.sh 2>/dev/null || true
    find . \( -path ./.deis -o -name node_modules \) -prune -o -path '*requirements*' -name '*.txt' -type f -print0 | sort -z | xargs -0 -r cat
    echo "$STACK $(python3 --version) $pip"
    env | grep -a '^PIP_' | LC_ALL=C sort || true
  } | sha256sum | cut -d ' ' -f 1
}

# $1: requirements. $2: where the environment goes. $3: CACHE_DIR.
install_packages() {
  local inputs key
  inputs=$(python3 "$folder/lib/inputs.py" "$1")
  key=$(environment_key "$inputs")
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  add_layer python .deis/python
  if take_layer python "$key" "$3"; then
    say 'Dependencies unchanged: taken from the cache'
    take_environment "$1" "$2" "${inputs%%$'\n'*}"
    return
  fi
  say 'Installing packages (pip)'
  python3 -m venv --without-pip "$2"
  finish_install "$1" "$2"
  compile_packages "$2"
  lend_pip "$2"
  keep_layer python "$key" "$3" .deis/python
}

# What was taken goes into the slug as it is, unless somebody needs it before. $1: requirements. $2: environment. $3: `fixed` or `open`.
take_environment() {
  if [ "$3" = fixed ] && ! installs_project && [ -n "${DEIS_IS_LAST-}" ] && [ -z "$(django_program)" ]; then return 0; fi
  unpack_layer python .deis/python
  if [ "$3" = open ] || installs_project; then finish_install "$1" "$2"; fi
}

installs_project() { [ -f uv.lock ] && grep -q '^\[build-system\]' pyproject.toml 2>/dev/null; }

# $1: requirements. $2: environment. What is there already takes pip a moment, and versions that are not pinned stay as they are.
finish_install() {
  pip_install "$2" -r "$1" || fail 'the packages could not be installed'
  if installs_project; then
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
