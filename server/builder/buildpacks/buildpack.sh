# Fetches and runs one buildpack by Heroku's interface. Sourced by run.sh.

fetch_seconds=120
max_release_bytes=65536

# $1: a line of buildpacks.list, KIND and VALUE. $2: the folder that it gets, which it may write to.
fetch_buildpack() {
  local kind=${1%% *} value=${1#* }
  case $kind in
    builtin) cp -r "/build/buildpacks/$value" "$2" ;;
    tree)
      [ -d "/app/$value" ] || fail "the buildpack ./$value is not in this commit, or .slugignore leaves it out"
      cp -r "/app/$value" "$2"
      ;;
    kept)
      mkdir -p "$2"
      tar -xzf "/build/kept/$value.tgz" --no-same-owner -C "$2"
      take_only_folder "$2"
      ;;
    git) fetch_git "${value%% *}" "${value#* }" "$2" ;;
    archive) fetch_archive "$value" "$2" ;;
    *) fail "a buildpack of kind $kind is not known here" ;;
  esac
}

host_of() { local rest=${1#*://}; echo "${rest%%/*}"; }

# $1: URL. $2: branch, tag or commit, `-` for what the URL gives. $3: folder.
fetch_git() {
  local log
  log=$(mktemp)
  say "Fetching the buildpack $1"
  if ! timeout "$fetch_seconds" bash -c '
    set -e
    export GIT_TERMINAL_PROMPT=0
    # Not every server gives a part, or a commit that is not the end of a branch: then all of it.
    if [ "$2" = - ]; then
      if git clone --quiet --depth 1 -- "$1" "$3" 2>/dev/null; then exit 0; fi
      exec git clone --quiet -- "$1" "$3"
    fi
    git init --quiet "$3"
    if git -C "$3" fetch --quiet --depth 1 -- "$1" "$2" 2>/dev/null; then exec git -C "$3" checkout --quiet --detach FETCH_HEAD; fi
    git -C "$3" fetch --quiet -- "$1" "+refs/*:refs/fetched/*"
    exec git -C "$3" checkout --quiet --detach "$2"
  ' fetch "$1" "$2" "$3" >"$log" 2>&1; then
    tail -n 5 "$log" | indent
    fail "the buildpack $1 could not be had from $(host_of "$1") within $fetch_seconds s. Can builds reach that host? A folder of the repository does without: write ./FOLDER into .buildpacks"
  fi
}

# $1: URL of a gzip tarball. $2: folder.
fetch_archive() {
  local log
  log=$(mktemp)
  mkdir -p "$2"
  say "Fetching the buildpack $1"
  if ! timeout "$fetch_seconds" bash -o pipefail -c 'curl -fsSL --retry 2 -- "$1" | tar -xz --no-same-owner -C "$2"' fetch "$1" "$2" >"$log" 2>&1; then
    tail -n 5 "$log" | indent
    fail "the buildpack $1 could not be had from $(host_of "$1") within $fetch_seconds s. Can builds reach that host? A folder of the repository does without: write ./FOLDER into .buildpacks"
  fi
  take_only_folder "$2"
}

# As code hosts pack it: one folder that holds all. $1: where it was unpacked.
take_only_folder() {
  local inner
  inner=("$1"/*)
  if [ ! -d "$1/bin" ] && [ ${#inner[@]} = 1 ] && [ -d "${inner[0]}/bin" ]; then
    mv "${inner[0]}" "$1.inner"
    rm -rf "$1"
    mv "$1.inner" "$1"
  fi
}

# $1: a line of buildpacks.list. $2: the folder for it.
run_buildpack() {
  local shown=${1#* } code=0 name
  mkdir -p "${2%/*}"
  at "fetching the buildpack $shown"
  fetch_buildpack "$1" "$2"
  for program in detect compile; do
    [ -f "$2/bin/$program" ] || fail "$shown is not a buildpack: it has no bin/$program"
    [ -x "$2/bin/$program" ] || chmod +x "$2/bin/$program"
  done
  at "bin/detect of $shown"
  name=$("$2/bin/detect" /app) || fail "the buildpack $shown does not fit this app: its bin/detect says no${name:+: $name}"
  [ "${1%% *}" = builtin ] || say "${name:-$shown} app detected"
  at "bin/compile of $shown"
  "$2/bin/compile" /app "$(cache_root)" /build/env </dev/null 2>&1 || code=$?
  if [ "$code" != 0 ]; then
    [ "${1%% *}" = builtin ] || echo " !     bin/compile of the buildpack $shown failed (exit code $code)"
    exit "$code"
  fi
  at "what bin/compile of $shown exports"
  take_export "$2/export"
  at "bin/release of $shown"
  take_release "$2/bin/release" "$shown"
}

# What a buildpack leaves for those after it. $1: file, which need not be there.
take_export() {
  [ -f "$1" ] || return 0
  set +eu
  # shellcheck source=/dev/null
  . "$1"
  set -eu
}

# Appends what bin/release says, a YAML document, to /tmp/release.yml. $1: program, which need not be there.
take_release() {
  local said
  [ -f "$1" ] || return 0
  [ -x "$1" ] || chmod +x "$1"
  said=$("$1" /app) || fail "bin/release of the buildpack $2 failed (exit code $?)"
  [ ${#said} -le $max_release_bytes ] || fail "bin/release of the buildpack $2 says more than $((max_release_bytes / 1024)) KiB"
  printf -- '---\n%s\n' "${said#---}" >>/tmp/release.yml
}
