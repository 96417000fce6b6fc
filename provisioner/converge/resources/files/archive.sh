# user_of IMAGE: the uid of the stack image's user; images that say nothing are those of before they did.
user_of() {
  docker image inspect --format '{{with .Config.Labels}}{{or (index . "deis.app-uid") "1000"}}{{else}}1000{{end}}' -- "$1"
}

# archive_unpack PATH SHA256 OWNER DOWNLOAD STRIP: fetched and verified, unpacked beside its place without any privilege, then renamed into it.
# A container that is bound to the place has a directory that is no more: it goes first, so that whatever happens next it is made anew.
archive_unpack() {
  tarball=${1%/*}/.deis-new.${1##*/}.tgz
  partial=${1%/*}/.deis-new.${1##*/}
  rm -rf -- "$tarball" "$partial"
  (umask 077 && "$4" "$tarball")
  if ! printf '%s  %s\n' "$2" "$tarball" | sha256sum --check --status; then
    have=$(sha256sum -- "$tarball")
    size=$(stat -c %s -- "$tarball")
    rm -f -- "$tarball"
    fail "what was fetched for $1 has sha256 ${have%% *} ($size bytes), wanted $2"
  fi
  mkdir -m 0755 -- "$partial"
  case $3 in
  sha256:*) unpacker=$(user_of "$3") || fail "the image $3 is not here, whose user unpacks $1" ;;
  *) unpacker=$(id -u -- "$3" 2>/dev/null) || unpacker=$3 ;;
  esac
  case $unpacker in '' | 0 | *[!0-9]*) fail "$3 is no unprivileged user here" ;; esac
  chown -- "$unpacker:$unpacker" "$partial"
  if ! setpriv --reuid "$unpacker" --regid "$unpacker" --clear-groups --inh-caps=-all tar -xzf - -C "$partial" --no-same-owner --delay-directory-restore --strip-components "$5" <"$tarball"; then
    rm -rf -- "$tarball" "$partial"
    fail "$1 could not be unpacked"
  fi
  rm -f -- "$tarball"
  sync -f -- "$partial" || :
  if holders=$(holders_of "$1") && [ -n "$holders" ]; then
    docker stop --time 10 $holders >/dev/null 2>&1 || :
    docker rm --force --volumes $holders >/dev/null || fail "containers that hold the deleted $1 could not be removed"
  fi
  mv -fT -- "$partial" "$1"
}
