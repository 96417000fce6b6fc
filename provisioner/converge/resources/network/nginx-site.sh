sites=/etc/nginx/sites-enabled
# What sites add to the stream block of nginx, and the file that has the block.
streams=/etc/nginx/deis/streams
streams_main=/etc/nginx/modules-enabled/90-deis-streams.conf

# site_shown LINE: the running nginx answers with this line.
site_shown() {
  need_endpoints
  case $endpoints in *"$nl$1$nl"*) ;; *) return 1 ;; esac
}

nginx_reload() {
  systemctl reload-or-restart nginx || { nginx -t; return 1; }
}

# site_check NAME CANDIDATE [STREAM]: nginx -t on the main configuration with the sites and streams as they would be, out of nginx's own sight; a refused candidate goes.
site_check() {
  trial=/etc/nginx/.deis-trial
  rm -rf -- "$trial" "$trial-streams" "$trial.conf"
  mkdir -m 0700 -- "$trial"
  for site in "$sites"/*; do
    [ ! -e "$site" ] || [ "${site##*/}" = "$1" ] || ln -s -- "$site" "$trial/"
  done
  [ -z "$2" ] || cp -- "$2" "$trial/$1"
  sed "s|$sites/\*|$trial/*|" /etc/nginx/nginx.conf >"$trial.conf"
  grep -qF "$trial/*" "$trial.conf" || fail "/etc/nginx/nginx.conf does not include $sites/*"
  if [ -e "$streams_main" ]; then streams_check "$1" "${3:-}"; fi
  if refusal=$(nginx -t -q -c "$trial.conf" 2>&1); then
    rm -rf -- "$trial" "$trial-streams" "$trial.conf"
    return 0
  fi
  rm -rf -- "$trial" "$trial-streams" "$trial.conf" ${2:+"$2"} ${3:+"$3"}
  fail "nginx refuses the candidate of site $1, the last good one stays: $refusal"
}

# streams_check NAME STREAM: the trial's own stream block, in the place of the one that is in force. Files of modules are called *-mod-*.
streams_check() {
  mkdir -m 0700 -- "$trial-streams"
  for stream in "$streams"/*.conf; do
    [ ! -e "$stream" ] || [ "${stream##*/}" = "$1.conf" ] || ln -s -- "$stream" "$trial-streams/"
  done
  [ -z "$2" ] || cp -- "$2" "$trial-streams/$1.conf"
  sed -i "s|^include /etc/nginx/modules-enabled/\*\.conf;|include /etc/nginx/modules-enabled/*-mod-*.conf;\nstream { include $trial-streams/*.conf; }|" "$trial.conf"
}

# site_swap NAME CONTENT URL LINE [STREAM]
site_swap() {
  candidate=$sites/.deis-new.$1
  stream_candidate=${5:+$streams/.deis-new.$1}
  last_good=$state/last-good
  rm -f -- "$candidate"
  "$2" >"$candidate"
  chmod 0644 -- "$candidate"
  if [ -n "$stream_candidate" ]; then
    "$5" >"$stream_candidate"
    chmod 0644 -- "$stream_candidate"
  fi
  site_check "$1" "$candidate" "$stream_candidate"
  mv -fT -- "$candidate" "$sites/$1"
  stream_place "$1" "$stream_candidate"
  workers_before=$(workers_taking)
  if nginx_reload && site_awaited "$3" "$4" && workers_left "$workers_before"; then
    mkdir -p -- "$last_good"
    cp -p -- "$sites/$1" "$last_good/$1"
    if [ -f "$streams/$1.conf" ]; then cp -p -- "$streams/$1.conf" "$last_good/$1.stream"; else rm -f -- "$last_good/$1.stream"; fi
    return 0
  fi
  site_restore "$1"
  fail "nginx did not come to serve the new site $1, the last good one is back; $(tail -n 5 /var/log/nginx/error.log 2>/dev/null)"
}

# stream_place NAME CANDIDATE: without one there is none any more.
stream_place() {
  if [ -n "$2" ]; then mv -fT -- "$2" "$streams/$1.conf"; else rm -f -- "$streams/$1.conf" "$streams/$1.neighbours"; fi
}

# site_awaited URL LINE: a reload returns before the new workers serve.
site_awaited() {
  [ -n "$1" ] || return 0
  clock
  awaited_end=$((now + 1000))
  while :; do
    case $nl$(curl --silent --max-time 2 -- "$1")$nl in *"$nl$2$nl"*) return 0 ;; esac
    clock
    [ "$now" -lt "$awaited_end" ] || return 1
    sleep 0.05
  done
}

# PIDs of the running nginx's workers that take connections, each between blanks.
workers_taking() {
  read -r master 2>/dev/null </run/nginx.pid || return 0
  for worker in $(grep -als '^nginx: worker process' /proc/[0-9]*/cmdline); do
    worker=${worker#/proc/} worker=${worker%/cmdline}
    grep -qs "^PPid:[[:space:]]*$master\$" "/proc/$worker/status" || continue
    grep -aqs 'is shutting down' "/proc/$worker/cmdline" || printf ' %s ' "$worker"
  done
}

# workers_left PIDS: waits until they end, or take no more connections: until then an answer may be of the old site. One that has not moved for 10 s answers nobody.
workers_left() {
  clock
  left_end=$((now + 1000))
  while :; do
    left_now=$(workers_taking) left_any=
    for worker in $1; do
      case $left_now in *" $worker "*) left_any=1 ;; esac
    done
    [ -n "$left_any" ] || return 0
    clock
    [ "$now" -lt "$left_end" ] || return 0
    sleep 0.05
  done
}

site_restore() {
  if [ -f "$last_good/$1" ]; then cp -p -- "$last_good/$1" "$sites/.deis-new.$1" && mv -fT -- "$sites/.deis-new.$1" "$sites/$1"; else rm -f -- "$sites/$1"; fi
  if [ -f "$last_good/$1.stream" ]; then cp -p -- "$last_good/$1.stream" "$streams/$1.conf"; else rm -f -- "$streams/$1.conf"; fi
  nginx_reload
}

# What comes by this name later is not to go back to this site, whose certificates are gone.
site_remove() {
  site_check "$1" ''
  rm -f -- "$sites/$1" "$state/last-good/$1" "$streams/$1.conf" "$streams/$1.neighbours"
  nginx_reload
}
