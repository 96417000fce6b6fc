# remote_file_diff PATH MODE OWNER GROUP SHA256
remote_file_diff() {
  remote_file_has "$1" "$5" || printf -- '+%s (sha256 %s)\n' "$1" "$5"
  attributes_diff "$@"
}

# remote_file_has PATH SHA256
remote_file_has() {
  [ -f "$1" ] && [ ! -L "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status
}

# remote_file_write PATH MODE OWNER GROUP SHA256 DOWNLOAD VERIFY: content that is right is not fetched again for the sake of its mode.
remote_file_write() {
  [ -L "$1" ] || [ ! -d "$1" ] || fail "$1 is a directory"
  if remote_file_has "$1" "$5"; then
    chown -- "$3:$4" "$1"
    chmod -- "$2" "$1"
    return 0
  fi
  candidate=${1%/*}/.deis-new.${1##*/}
  rm -f -- "$candidate"
  if ! (umask 077 && "$6" "$candidate"); then
    rm -f -- "$candidate"
    fail "$1 could not be fetched"
  fi
  if ! remote_file_has "$candidate" "$5"; then
    have=$(sha256sum -- "$candidate")
    rm -f -- "$candidate"
    fail "what was fetched for $1 has sha256 ${have%% *}, wanted $5; nothing was replaced"
  fi
  file_place "$1" "$2" "$3" "$4" "$candidate" "$7"
}
