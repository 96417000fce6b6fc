# From the app's lock file to what pip reads. Sourced by bin/compile.

# What reads lock files that pip does not know: released, and tried with this buildpack.
uv_version='0.13.9'
poetry_version='2.5.1'
poetry_export_version='1.10.1'

# $1: the file to write. $2: folder of the cache for tools.
write_requirements() {
  if [ -f uv.lock ]; then
    say "Reading uv.lock (uv $uv_version)"
    with_tool "$2" "uv-$uv_version" "uv==$uv_version"
    "$tool/bin/uv" export --quiet --frozen --no-dev --no-editable --no-emit-project --no-python-downloads --format requirements-txt >"$1" 2>/tmp/export.log || export_failed uv.lock
  elif [ -f poetry.lock ]; then
    say "Reading poetry.lock (Poetry $poetry_version)"
    export_poetry "$1" "$2"
  elif [ -f Pipfile.lock ]; then
    say 'Reading Pipfile.lock'
    python3 "$folder/lib/pipfile_lock.py" >"$1" 2>/tmp/export.log || export_failed Pipfile.lock
  elif [ -f requirements.txt ]; then
    echo "-r $PWD/requirements.txt" >"$1"
  else
    fail 'Pipfile has no Pipfile.lock beside it: run `pipenv lock` and commit it'
  fi
}

# What Poetry makes of its lock file is kept beside the program: Poetry takes seconds to start. $1: the file to write. $2: folder of the cache.
export_poetry() {
  local kept="$2/exported-by-poetry" key
  key=$({ echo "$poetry_version $poetry_export_version"; cat poetry.lock pyproject.toml 2>/dev/null || true; } | sha256sum)
  if [ -f "$kept" ] && [ "$(head -n 1 "$kept")" = "$key $(tail -n +2 "$kept" | sha256sum)" ]; then
    tail -n +2 "$kept" >"$1"
    return 0
  fi
  with_tool "$2" "poetry-$poetry_version" "poetry==$poetry_version" "poetry-plugin-export==$poetry_export_version"
  "$tool/bin/poetry" export --quiet --no-interaction --only main --format requirements.txt --output "$1" 2>/tmp/export.log || export_failed poetry.lock
  { echo "$key $(sha256sum <"$1")" && cat "$1"; } 2>/dev/null >"$kept" || rm -rf "$kept"
}

export_failed() {
  tail -n 10 /tmp/export.log | indent
  fail "$1 could not be read. Is it committed whole, and in step with the file that it locks?"
}

# Leaves the folder of a program from the package index in `tool`. $1: folder of the cache. $2: its name. $3...: what pip installs.
with_tool() {
  tool="$1/$2"
  if [ ! -e "$tool/.whole" ] || ! "$tool/bin/${2%-*}" --version >/dev/null 2>&1; then
    rm -rf "$1/${2%%-*}"-*
    python3 -m venv --without-pip "$tool"
    pip_install "$tool" "${@:3}" || fail "${2%-*} could not be installed: it is needed to read the lock file"
    touch "$tool/.whole"
  fi
}
