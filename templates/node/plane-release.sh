#!/bin/sh
# Written by deis-controller install. Brings releases of the controller in, and one with its settings into service: checked first, and what
# served before is put back where it does not come to serve.
set -eu
home=/opt/deis-controller
settings=/etc/deis-controller
unit=/etc/systemd/system/deis-controller.service
user=deis-controller
# Seconds that a start may take: it may make a backup, and migrate.
patience=900

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# unpack NAME TARBALL SHA256
unpack() {
  [ -f "$2" ] || die "the release $1 did not arrive at $2"
  printf '%s  %s\n' "$3" "$2" | sha256sum --check --status || die "$2 is not what was sent: its sha256 is another than $3"
  partial=$home/releases/.new.$1
  rm -rf -- "$partial"
  mkdir -m 0755 -- "$partial"
  tar -xzf "$2" -C "$partial" --no-same-owner
  chmod -R go-w,a+rX -- "$partial"
  sync -f -- "$partial"
  mv -T -- "$partial" "$home/releases/$1"
  rm -f -- "$2"
}

# Of whoever calls: a converge has one of its own, which no controller knows.
forget_settings() {
  for each in $(env | sed -n 's/^\(DEIS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$each"; done
}

# run ENVIRONMENT NAME WORD...: deis-controller of a release as its user, with these settings.
run() {
  environment=$1 release=$home/releases/$2
  shift 2
  (
    forget_settings
    set -a
    # shellcheck source=/dev/null
    . "$environment"
    HOME=$DEIS_DATA_DIR
    PATH=$release/node/bin:$PATH
    cd /
    exec runuser -u "$user" -- "$release/node/bin/node" "$release/app/bin/deis-controller.js" "$@"
  )
}

# serving WORD...: a command of the release that serves, with its settings.
serving() {
  [ "$(id -u)" = 0 ] || die "deis-controller needs root here, to become its user: sudo deis-controller $*"
  name=$(served)
  [ -n "$name" ] || die 'no release serves on this host'
  run "$settings/controller.env" "$name" "$@"
}

# images NAME: made by root, once.
images() {
  release=$home/releases/$1
  (
    forget_settings
    set -a
    # shellcheck source=/dev/null
    . "$settings/next.env"
    PATH=$release/node/bin:$PATH
    cd /
    exec "$release/node/bin/node" "$release/app/bin/deis-controller.js" build-images
  )
}

# has_images SUITE
has_images() {
  docker image inspect "deis/stack:$1" >/dev/null 2>&1
}

# The name of the release that serves, if any.
served() {
  current=$(readlink -- "$home/current" 2>/dev/null) || current=
  printf '%s' "${current##*/}"
}

is_current() {
  [ "$(served)" = "$1" ] && cmp -s -- "$settings/next.env" "$settings/controller.env" && cmp -s -- "$settings/next.service" "$unit"
}

# place FILE PATH: no reader sees half of it.
place() {
  cp -p -- "$1" "$2.new"
  mv -fT -- "$2.new" "$2"
}

# link NAME
link() {
  ln -sfn -- "releases/$1" "$home/.current.new"
  mv -fT -- "$home/.current.new" "$home/current"
}

# answers HEALTH DATA: the process that systemd has started says that it has, and its API answers.
answers() {
  pid=$(systemctl show --property=MainPID --value deis-controller)
  [ "$pid" != 0 ] || return 1
  [ -e "$2/controllers/$(uname -n)-$pid.json" ] || return 1
  # Its certificate is for its name, or is not there yet; this host asks itself.
  [ "$1" = - ] || curl --silent --fail --insecure --max-time 5 --output /dev/null -- "$1"
}

# awaited HEALTH DATA
awaited() {
  waited=0
  while [ "$waited" -lt "$patience" ]; do
    if answers "$1" "$2"; then return 0; fi
    [ "$(systemctl show --property=NRestarts --value deis-controller)" -lt 4 ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
  return 1
}

# start HEALTH DATA
start() {
  systemctl daemon-reload
  systemctl enable --quiet deis-controller
  systemctl restart deis-controller && awaited "$1" "$2"
}

# migrate NAME: with a backup before where backups have a place, while what serves goes on.
migrate() {
  if grep -q '^DEIS_BACKUP_TO=' "$settings/next.env"; then run "$settings/next.env" "$1" upgrade
  else run "$settings/next.env" "$1" upgrade --no-backup
  fi
}

# switch NAME HEALTH DATA
switch() {
  before=$(served)
  still="nothing was changed${before:+, and $before serves on}"
  run "$settings/next.env" "$1" check >&2 || die "deis-controller check of $1 with the new settings ended with exit code $?: $still"
  if [ -n "$before" ] && [ "$before" != "$1" ]; then
    migrate "$1" >&2 || die "deis-controller upgrade of $1 ended with exit code $?: $still"
  fi
  kept=$settings/before
  rm -rf -- "$kept"
  mkdir -m 0700 -- "$kept"
  if [ -n "$before" ]; then
    cp -p -- "$settings/controller.env" "$kept/controller.env"
    cp -p -- "$unit" "$kept/unit"
  fi
  place "$settings/next.env" "$settings/controller.env"
  place "$settings/next.service" "$unit"
  link "$1"
  if start "$2" "$3"; then
    rm -rf -- "$kept"
    prune "$1" "$before"
    return 0
  fi
  journalctl --no-pager --output cat --lines 20 --unit deis-controller >&2
  put_back "$1" "$2" "$3"
}

# put_back NAME HEALTH DATA: what served before, where something did.
put_back() {
  if [ -z "$before" ]; then
    systemctl disable --quiet --now deis-controller
    rm -f -- "$home/current"
    die "release $1 did not come to serve; its last words are above"
  fi
  place "$kept/controller.env" "$settings/controller.env"
  place "$kept/unit" "$unit"
  link "$before"
  start "$2" "$3" || die "release $1 did not come to serve, and $before with the settings of before did not either: see journalctl -u deis-controller"
  rm -rf -- "$kept"
  die "release $1 did not come to serve with the new settings; $before with those of before serves again"
}

# prune NAME BEFORE: the one that serves and the one before stay.
prune() {
  for each in "$home"/releases/*; do
    case ${each##*/} in "$1" | "$2") ;; *) rm -rf -- "$each" ;; esac
  done
}

verb=$1
shift
case $verb in
unpack) unpack "$@" ;;
images) images "$@" ;;
has-images) has_images "$@" ;;
is-current) is_current "$@" ;;
switch) switch "$@" ;;
serving) serving "$@" ;;
*) die "$verb is not a verb: expected unpack, images, has-images, is-current, switch or serving" ;;
esac
