# The engine of a node program: tests, repairs and reports one resource after the other. POSIX sh, run by dash.
# What it reports is JSON lines on stdout, with free text in base64.
# The program sets for resource N: id_N (a JSON string), flags_N, retries_N, lane_N, notifies_N, and the functions test_N, repair_N,
# and as its flags say guard_N (g) and diff_N (d). Other flags: w, the repair only waits; i, a failure is ignored; s, sensitive.
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022
nl='
'
state=${DEIS_STATE_DIR:-/var/lib/deis}
# Between the attempts of a repair or a download.
pause=${DEIS_RETRY_SECONDS:-1}
work=
epoch=0 changed=0 failed=0 stop='' end_status=''
group='' group_lane='' pending=''
id='' flags='' notifies='' action_id=''

# The time in hundredths of a second into $now, without a fork.
clock() {
  read -r now _ </proc/uptime
  now=$((${now%.*} * 100 + 1${now#*.} - 100))
}

# Ends the shell it runs in with a message: the way for a repair to fail.
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# A private directory for the outputs of repairs; made by the first repair.
make_work() {
  [ -z "$work" ] || return 0
  mkdir -p -- "$state" && rm -rf -- "$state/work" && (umask 077 && mkdir -- "$state/work") && work=$state/work
}

report_start() {
  printf '{"event":"start","n":%s,"resource":%s}\n' "$1" "$2"
}

# report_end N ID RESULT STARTED [FIELD FILE]...: the files' last 40 KiB become fields; those of a FIELD `container` are JSON already.
# What a failed command exited with is in $end_status.
report_end() {
  clock
  end_of="\"n\":$1,\"resource\":$2,\"result\":\"$3\",\"ms\":$(((now - $4) * 10))${end_status:+,\"status\":$end_status}"
  shift 4
  while [ $# -gt 0 ]; do
    if [ -s "$2" ]; then
      case $1 in
        container) end_of="$end_of,\"$1\":$(cat -- "$2")" ;;
        *) end_of="$end_of,\"$1\":\"$(tail -c 40960 -- "$2" | base64 -w 0)\"" ;;
      esac
    fi
    shift 2
  done
  printf '{"event":"end",%s}\n' "$end_of"
}

# attempt REPAIR RETRIES: runs a repair in a shell of its own, because `set -e` does nothing where a status is looked at.
attempt() {
  left=$2
  while :; do
    (set -e; "$1") &
    wait $! && return 0
    attempt_status=$?
    [ "$left" -gt 0 ] || return "$attempt_status"
    left=$((left - 1))
    sleep "$pause"
  done
}

# resource N: guard, test, then repair; resources in a row with the same lane are repaired side by side.
resource() {
  eval "lane=\$lane_$1"
  if [ -z "$lane" ] || [ "$lane" != "$group_lane" ]; then join; fi
  [ -z "$stop" ] || return 0
  n=$1
  eval "id=\$id_$n flags=\$flags_$n"
  clock
  eval "started=$now started_$n=$now"
  report_start "$n" "$id"
  case $flags in *g*)
    if ! "guard_$n" >/dev/null 2>&1; then report_end "$n" "$id" skipped "$started"; return 0; fi ;;
  esac
  if "test_$n" >/dev/null 2>&1; then report_end "$n" "$id" up-to-date "$started"; return 0; fi
  if [ -n "$why_run" ]; then foresee; return 0; fi
  if ! make_work; then stop=1 failed=$((failed + 1)); report_end "$n" "$id" failed "$started"; return 0; fi
  case $flags in *d*) "diff_$n" >"$work/$n.diff" 2>/dev/null ;; esac
  eval "attempt repair_$n \"\$retries_$n\" >\"\$work/$n.out\" 2>&1 </dev/null & job_$n=\$!"
  group="$group $n" group_lane=$lane
  [ -n "$lane" ] || join
}

# What a why-run says in the place of a repair. A wait has nothing to foresee. Nothing is written, so the diff goes through a pipe.
foresee() {
  case $flags in *w*) report_end "$n" "$id" skipped "$started"; return 0 ;; esac
  changed=$((changed + 1))
  diff64=
  case $flags in *d*) diff64=$("diff_$n" 2>/dev/null | tail -c 40960 | base64 -w 0) ;; esac
  clock
  printf '{"event":"end","n":%s,"resource":%s,"result":"would-change","ms":%s%s}\n' "$n" "$id" "$(((now - started) * 10))" "${diff64:+,\"diff64\":\"$diff64\"}"
}

# Waits for the repairs under way, in their order, and reports each.
join() {
  [ -n "$group" ] || return 0
  joined=$group group='' group_lane=''
  for n in $joined; do
    eval "wait \$job_$n"
    settle "$n" $?
  done
}

# settle N STATUS: reports the end of a repair and notes whom it notifies.
settle() {
  eval "id=\$id_$1 flags=\$flags_$1 started=\$started_$1 notifies=\$notifies_$1"
  if [ "$2" -ne 0 ]; then
    settle_failure "$1" "$2"
    return 0
  fi
  case $flags in *w*) report_end "$1" "$id" up-to-date "$started"; return 0 ;; esac
  changed=$((changed + 1)) epoch=$((epoch + 1))
  report_end "$1" "$id" changed "$started" diff64 "$work/$1.diff"
  for key in $notifies; do notify "$key"; done
}

settle_failure() {
  failed=$((failed + 1)) epoch=$((epoch + 1))
  case $flags in *i*) ;; *) stop=1 ;; esac
  case $flags in *s*) printf 'exit status %s; its output is withheld, the resource is sensitive\n' "$2" >"$work/$1.out"; rm -f -- "$work/$1.container" ;; esac
  [ -s "$work/$1.out" ] || printf 'exit status %s\n' "$2" >"$work/$1.out"
  end_status=$2
  report_end "$1" "$id" failed "$started" diff64 "$work/$1.diff" error64 "$work/$1.out" container "$work/$1.container"
  end_status=
}

# notify KEY: `3` is due at the end, `3!` now. What is due is written down, so that the next program makes good a program that was killed.
notify() {
  case $1 in *!) act "${1%!}"; return 0 ;; esac
  case " $pending " in *" $1 "*) return 0 ;; esac
  pending="$pending $1"
  eval "printf '%s\\n' \"\$action_id_$1\"" >>"$state/notifications"
}

# Takes over what an earlier program left due.
recall_notifications() {
  [ -s "$state/notifications" ] && [ -z "$why_run" ] || return 0
  while read -r due; do
    for key in $action_keys; do
      eval "action_id=\$action_id_$key"
      [ "$due" = "$action_id" ] || continue
      case " $pending " in *" $key "*) ;; *) pending="$pending $key" ;; esac
    done
  done <"$state/notifications"
}

# act KEY: runs a notified action and reports it as a resource of its own, numbered after the program's.
act() {
  eval "id=\$action_id_$1"
  n=$((resources + $1))
  clock
  started=$now
  report_start "$n" "$id"
  if ! make_work; then stop=1 failed=$((failed + 1)); report_end "$n" "$id" failed "$started"; return 1; fi
  attempt "action_$1" 0 >"$work/$n.out" 2>&1 </dev/null
  end_status=$?
  if [ "$end_status" -ne 0 ]; then
    failed=$((failed + 1)) stop=1
    report_end "$n" "$id" failed "$started" error64 "$work/$n.out"
    end_status=
    return 1
  fi
  end_status=
  changed=$((changed + 1)) epoch=$((epoch + 1))
  report_end "$n" "$id" changed "$started"
}

# Delayed notifications run also after a failure: the next converge would find their cause up to date.
finish() {
  join
  undone=
  for key in $pending; do act "$key" || undone=1; done
  [ -n "$undone" ] || [ -z "$pending" ] || rm -f -- "$state/notifications"
  [ -z "$work" ] || rm -rf -- "$work"
  printf '{"event":"finish","changed":%s,"failed":%s}\n' "$changed" "$failed"
  [ -z "$stop" ]
  exit
}
