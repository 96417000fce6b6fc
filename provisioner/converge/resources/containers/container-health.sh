# What is kept of a container that failed. Names of variables only: their values are secrets, and so may be the command's words.
health_inspect='{"id":{{json .Id}},"name":{{json .Name}},"image":{{json .Config.Image}},"image_id":{{json .Image}},"created":{{json .Created}},"state":{{json .State}},"restarts":{{json .RestartCount}},"user":{{json .Config.User}},"memory":{{json .HostConfig.Memory}},"cpu_shares":{{json .HostConfig.CpuShares}},"mounts":{{json .Mounts}},"env":[{{range $index, $each := .Config.Env}}{{if $index}},{{end}}{{json (index (split $each "=") 0)}}{{end}}]}'

# health_wait NAME PORT DEADLINE INTERVAL RETRIES START KIND [PATH TIMEOUT LOWEST HIGHEST]: until the first good check. A container on trial does not restart, so
# its exit is seen as it was. INTERVAL 0: as often as can be; RETRIES 0: only the deadline counts; else so many failures in a row, begun after START seconds.
health_wait() {
  clock
  health_end=$((now + $3 * 100)) health_counted=$((now + $6 * 100)) health_failures=0 health_next=0 health_due=0 health_oom=false health_seen=
  while :; do
    [ "$now" -lt "$health_due" ] || health_look "$1"
    if [ "$7" != none ] && [ "$now" -ge "$health_next" ]; then
      health_begun=$now
      if "health_$7" "$health_address" "$2" "${8-}" "${9-}" "${10-}" "${11-}"; then break; fi
      health_next=$((health_begun + $4 * 100))
      [ "$health_begun" -lt "$health_counted" ] || health_failures=$((health_failures + 1))
      [ "$5" = 0 ] || [ "$health_failures" -lt "$5" ] || health_bad "$1" "$2" "$5 checks in a row have failed"
    fi
    clock
    if [ "$now" -ge "$health_end" ]; then
      [ "$7" != none ] || { health_look "$1"; break; }
      health_bad "$1" "$2" "not healthy after $3 s"
    fi
    sleep 0.1
    clock
  done
  printf '{"RestartPolicy":{"Name":"unless-stopped"}}' | docker_api POST "/containers/$1/update" --data-binary @- >/dev/null
}

# health_bad NAME PORT REASON: fails, with what was seen last.
health_bad() {
  health_look "$1"
  health_there=$(health_listens)
  case $health_seen in status*) ;; *) health_seen="${health_seen:-no answer} on port $2: the app must listen on the port that PORT names, on all addresses (0.0.0.0)${health_there:+; it listens on $health_there}" ;; esac
  health_failed "$1" "$3: $health_seen"
}

# health_listens: where the container last looked at listens, `127.0.0.1:3000, *:8080`; nothing where that is not seen. 127.0.0.11 is Docker's own.
health_listens() {
  health_pid=${look#*\"Pid\":}
  health_pid=${health_pid%%[!0-9]*}
  [ "${health_pid:-0}" -gt 0 ] || return 0
  nsenter --target "$health_pid" --net ss -Hltn 2>/dev/null | awk '$4 !~ /^127\.0\.0\.11:/ { print $4 }' | sort -u | head -n 5 | paste -s -d , | sed 's/,/, /g'
}

health_tcp() {
  health_seen='nothing listens'
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}

health_http() {
  health_curl=0
  health_seen=$(curl --silent --globoff --output /dev/null --max-time "$4" --noproxy '*' --write-out '%{http_code}' -- "http://$1:$2$3") || health_curl=$?
  # curl ends with 7 where it could not connect.
  case $health_seen in '' | 000) if [ "$health_curl" = 7 ]; then health_seen='nothing listens'; else health_seen="no answer in $4 s"; fi ;; *)
    if [ "$health_seen" -ge "$5" ] && [ "$health_seen" -le "$6" ]; then return 0; fi
    health_seen="status $health_seen of $3, good is $5 to $6" ;;
  esac
  return 1
}

# health_look NAME: fails when it has ended. Twice a second at most, there may be many at once.
health_look() {
  health_due=$((now + 50))
  look=$(docker_api GET "/containers/$1/json") || fail "$1: $look"
  health_address=${look#*\"NetworkSettings\":\{}
  health_address=${health_address#*\"IPAddress\":\"}
  # Of one in a network of its own the address stands with that.
  case $health_address in '"'*) health_address=${health_address#*\"IPAddress\":\"} ;; esac
  health_address=${health_address%%\"*}
  look=${look#*\"State\":\{\"Status\":\"}
  case $look in running\"*) return 0 ;; esac
  if health_out_of_memory "$1"; then health_oom=true; health_failed "$1" "killed: out of memory (OOMKilled), $(health_memory)"; fi
  look=${look#*\"ExitCode\":}
  health_failed "$1" "exited with status ${look%%[!0-9]*}"
}

# health_out_of_memory NAME: whether the kernel ended a process of the container last looked at for its memory. Docker hears of that
# after the end, or never when its shim is gone by then; the kernel's log names the container's cgroup, unless it has too much to say.
health_out_of_memory() {
  case $look in *'"OOMKilled":true'*) return 0 ;; esac
  health_id=$(docker container inspect --format '{{.Id}}' -- "$1") || return 1
  case $(dmesg 2>/dev/null | grep -F 'oom-kill:') in *"/${health_id}"* | *"docker-${health_id}"*) return 0 ;; esac
  return 1
}

# What the kernel went by, of the container last looked at.
health_memory() {
  memory=${look#*\"Memory\":}
  memory=${memory%%[!0-9]*}
  case $memory in
    '' | 0) printf 'the node has no more' ;;
    *) printf 'its limit of %s MiB is too small' $((memory / 1048576)) ;;
  esac
}

# health_failed NAME REASON: says so for people, and in fields of the report for programs.
health_failed() {
  health_said=$(docker logs --tail 200 -- "$1" 2>&1 | tail -c 32768)
  if [ -n "$health_said" ]; then printf '%s; its last lines of output:\n%s\n' "$2" "$health_said"; else printf '%s; it wrote nothing\n' "$2"; fi
  health_json=$(docker container inspect --format "{{if .State.Running}}null{{else}}{{.State.ExitCode}}{{end}} {{.RestartCount}} $health_inspect" -- "$1") || :
  health_evidence "$1" "$2" "${health_json:-null 0 }" >"$work/$n.container"
  exit 1
}

# health_evidence NAME REASON SEEN: what a container that failed has left behind, as JSON. SEEN begins with exit code and restarts.
health_evidence() {
  health_exit=${3%% *} health_rest=${3#* }
  health_restarts=${health_rest%% *}
  case $health_exit in '' | *[!0-9]*) health_exit=null ;; esac
  case $health_restarts in '' | *[!0-9]*) health_restarts=0 ;; esac
  printf '{"name":"%s","exit":%s,"oom":%s,"restarts":%s,"reason64":"%s","lines64":"%s","inspect64":"%s"}' \
    "$1" "$health_exit" "$health_oom" "$health_restarts" \
    "$(printf %s "$2" | base64 -w 0)" "$(printf %s "$health_said" | base64 -w 0)" "$(printf %s "${health_rest#* }" | head -c 32768 | base64 -w 0)"
}
