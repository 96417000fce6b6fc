#!/bin/bash
# start -- COMMAND: one process of an app. Sources what the buildpack left in .profile.d, then becomes the command.
# A shell and a package manager end at SIGTERM and take the container with them: before those this stays, and gives
# the signal to the programs below them, once each.
if [ "${1-}" != -- ] || [ $# -lt 2 ]; then echo 'usage: start -- COMMAND' >&2; exit 64; fi
shift
cd "${HOME:-/app}" || exit 1
shopt -s nullglob
# shellcheck disable=SC1090
for profile in .profile.d/*.sh; do . "./$profile"; done
shopt -u nullglob

# Whether the command $1 is one program, which takes the place of its shell.
is_program() {
  local word assignment='^[A-Za-z_][A-Za-z0-9_]*='
  [[ $1 != *[';&|(){}`']* && $1 != *$'\n'* ]] || return 1
  for word in $1; do
    [[ $word =~ $assignment ]] && continue
    case ${word##*/} in npm | npx | yarn | yarnpkg | pnpm | pnpx) return 1 ;; *) return 0 ;; esac
  done
}

# What process $1 is, in `kind`: the `shell` of a command, a package `manager`, or a `program` of its own.
look_at() {
  local -a argv
  kind=program
  mapfile -d '' -t argv 2>/dev/null <"/proc/$1/cmdline" || return 0
  local name=${argv[0]%% *}
  # Managers give themselves names when they have begun.
  if [ "${name##*/}" = node ]; then name=${argv[1]-}; fi
  case ${name##*/} in
    sh | bash | dash) if [[ ${argv[1]-} == -*c ]]; then kind=shell; fi ;;
    npm | npm-cli.js | npx | npx-cli.js | yarn | yarn.js | yarn-*.cjs | pnpm | pnpm.cjs) kind=manager ;;
  esac
}

# Whether process $1 reads what one of the others writes: it ends by itself when that one does.
reads_from() {
  local input other reader=$1
  shift
  input=$(readlink "/proc/$reader/fd/0") && [[ $input == pipe:* ]] || return 1
  for other; do
    [ "$other" != "$reader" ] && [ "$(readlink "/proc/$other/fd/1")" = "$input" ] && return 0
  done
  return 1
}

# Gives SIGTERM to process $1, or to the programs below a shell or a manager, and adds those to `told`; to a shell after
# its programs, so that it starts no other.
terminate() {
  local -a children=()
  local child kind
  look_at "$1"
  if [ "$kind" != program ]; then mapfile -t children < <(pgrep -P "$1"); fi
  for child in "${children[@]}"; do reads_from "$child" "${children[@]}" || terminate "$child"; done
  if [ ${#children[@]} = 0 ]; then told+=("$1"); elif [ "$kind" = manager ]; then return 0; fi
  kill -TERM "$1" 2>/dev/null
}

# At a terminal, its keys send the signals, and to all programs. Who sets a trap has thought of it.
if [ -t 0 ] || is_program "$*" || [[ $* =~ (^|[^A-Za-z0-9_-])trap[[:space:]] ]]; then exec bash -c "$*"; fi
# What a shell starts in the background ignores its keys, and has no input, unless this is said.
(
  trap - INT QUIT
  exec bash -c "$*"
) <&0 &
command=$!
told=()
trap 'trap "" TERM; terminate "$command"' TERM
while
  wait "$command"
  code=$?
  kill -0 "$command" 2>/dev/null
do :; done
# Those that have lost their parent end as children of the init, which reaps them.
while ps -o stat= -p "${told[*]}" 2>/dev/null | grep -q '^[^Z]'; do sleep 0.1; done
exit "$code"
