# Run as root on a node: `make LAUNCHED_WITH` makes a host key beside the present one and prints it, `install PUBLIC` puts it in its place.
# Each may be repeated at any time: what is there already is used.
now=/etc/ssh/ssh_host_ed25519_key
new=/etc/ssh/deis_host_ed25519_key.new

public_of() {
  ssh-keygen -y -P '' -f "$1" 2>/dev/null | cut -d ' ' -f 1,2
}

make() {
  present=$(public_of "$now")
  # Installed before, by somebody who did not get to say so.
  [ -z "$present" ] || [ "$present" = "$1" ] || { echo "$present"; return; }
  if [ -z "$(public_of "$new")" ]; then
    rm -f "$new" "$new.pub"
    ssh-keygen -q -t ed25519 -N '' -C '' -f "$new" || return 1
  fi
  sync
  public_of "$new"
}

install_new() {
  if [ "$(public_of "$now")" != "$1" ]; then
    [ "$(public_of "$new")" = "$1" ] || { echo "the key that was agreed upon is not there" >&2; return 1; }
    mv -f "$new" "$now" || return 1
  fi
  # The kinds of key that cloud-init did not make are nobody's to trust.
  rm -f "$new" "$new.pub" /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_ecdsa_key*
  public_of "$now" >"$now.pub" && chmod 644 "$now.pub" || return 1
  sync
  systemctl reload ssh 2>/dev/null || systemctl reload sshd
}

main() {
  umask 077
  case $1 in
    make) make "$2" ;;
    install) install_new "$2" ;;
    *) return 2 ;;
  esac
}

main "$@"
