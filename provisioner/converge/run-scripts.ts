/*
 * The two halves that bring a program to a node, in POSIX sh with coreutils and util-linux only. Every fork
 * counts here: they run for each node and phase, also when nothing is to do.
 *
 * The program finds the state directory in DEIS_STATE_DIR. Below it: `lock` (held by flock while a run goes
 * on, naming it), `generation`, and in `runs/`:
 *   ID.PID.sh   the program, one copy for each receiver    ID.report  JSON lines (report.ts)
 *   ID.begun    made under the lock, by the one runner     ID.log     stderr of the program and its runner
 *               that runs ID                               ID.pid     the running program's leader
 *   ID.stop     do not run ID
 */

/**
 * The line after which the receiver's output is the report itself. Whatever a login prints comes before it.
 */
export const attachedMark = 'deis-run attached\n';

/** Exit codes of the receiver that are not the program's. */
export const receiverExit = { damaged: 65, noDirectory: 73, cannotWrite: 74 } as const;

/**
 * The attached half: takes the program from stdin (size and SHA-256 given) unless its run has begun, starts a
 * runner, and follows the report until that runner ends. Starting a runner is always safe: the lock decides
 * which one runs the program, the others only wait. That makes attaching again and starting the same act.
 * Arguments: runner's text, state directory, run id, size, sha256, offset in the report, then the runner's
 * own.
 */
export const receiverScript = `umask 077
runner=$1 dir=$2 id=$3 size=$4 sum=$5 offset=$6
shift 6
export DEIS_STATE_DIR="$dir"
cd "$dir/runs" 2>/dev/null || { mkdir -p "$dir/runs" && cd "$dir/runs"; } || exit ${receiverExit.noDirectory}
program=$id.$$.sh
if ! [ -e "$id.begun" ]; then
  set -C
  head -c "$size" > "$program" && got=$(sha256sum "$program") ||
    { rm -f "$program"; exit ${receiverExit.cannotWrite}; }
  set +C
  [ "\${got%% *}" = "$sum" ] ||
    { rm -f "$program"; echo 'the program arrived incomplete' >&2; exit ${receiverExit.damaged}; }
fi
true >> "$id.report" || { rm -f "$program"; exit ${receiverExit.cannotWrite}; }
setsid sh -c "$runner" deis-runner "$id" "$program" "$@" < /dev/null > /dev/null 2>> "$id.log" &
printf '${attachedMark.replace('\n', '\\n')}'
tail -s 0.005 --pid=$! -c "+$((offset + 1))" -f "$id.report"
wait $!
code=$?
[ "$code" = 0 ] || tail -c 2000 "$id.log" >&2
exit "$code"
`;

/**
 * Goes before the receiver where a state directory shares the lock of another: links it, then runs the rest of its
 * arguments. Arguments: state directory, the lock, then a command.
 */
export const lockScript = `umask 077
mkdir -p "$1" && { [ -L "$1/lock" ] || ln -s "$2" "$1/lock" 2> /dev/null || [ -L "$1/lock" ]; } ||
  exit ${receiverExit.noDirectory}
shift 2
exec "$@"
`;

/**
 * The detached half, a session of its own: waits for the node's lock, refuses an older generation, runs the
 * program once, and writes the report's last line. Arguments: run id, the program's file, generation, 1 for
 * why-run, seconds to wait for the lock, seconds that the program may take.
 */
export const runnerScript = `umask 077
id=$1 program=$2 generation=$3 whyrun=$4 lockwait=$5 limit=$6
say() { printf '%s\\n' "$1" >> "$id.report"; }
holder() { read -r held < ../lock || held=; }
exec 9>> ../lock
if ! flock -n 9; then
  holder
  [ -z "$held" ] || [ "$held" = "$id" ] || say '{"event":"waiting","run":"'"$held"'"}'
  flock -w "$lockwait" 9 || {
    holder
    [ "$held" = "$id" ] || say '{"event":"locked","run":"'"$held"'"}'
    rm -f "$program"
    exit 0
  }
fi
set -C
if ! true 2> /dev/null > "$id.begun"; then
  [ -e "$id.begun" ] || { rm -f "$program"; exit ${receiverExit.cannotWrite}; }
  set +C
  grep -q '^{"event":"exit"' "$id.report" || printf '\\n{"event":"died"}\\n' >> "$id.report"
  rm -f "$program"
  exit 0
fi
set +C
echo "$id" > ../lock
close() {
  printf '\\n{"event":"exit","code":%d}\\n' "$1" >> "$id.report" || exit ${receiverExit.cannotWrite}
  true > ../lock
  exec 9>&-
  rm -f "$program" "$id.pid"
  set -- *.report
  [ $# -le 30 ] || ls -t -- *.report | tail -n +21 | while read -r old; do rm -f -- "\${old%.report}".*; done
  exit 0
}
[ ! -e "$id.stop" ] || close 143
have=0
[ ! -e ../generation ] || read -r have < ../generation
case $have in '' | *[!0-9]*) have=0 ;; esac
if [ "$generation" -lt "$have" ]; then
  say '{"event":"refused","have":'"$have"',"wanted":'"$generation"'}'
  close 0
fi
if [ "$whyrun" = 0 ] && [ "$generation" != "$have" ]; then
  echo "$generation" > ../generation.new && mv -f ../generation.new ../generation ||
    exit ${receiverExit.cannotWrite}
fi
( read -r pid rest < /proc/self/stat
  echo "$pid" > "$id.pid"
  exec timeout -k 10 "$limit" sh "$program" ) 9>&- >> "$id.report" 2>> "$id.log"
code=$?
if [ "$code" != 0 ] && [ -s "$id.log" ]; then
  printf '\\n{"event":"log","text64":"%s"}\\n' "$(tail -c 4000 "$id.log" | base64 -w 0)" >> "$id.report"
fi
close "$code"
`;

/**
 * Ends a run, or keeps it from beginning. The leader takes its whole process group along. Arguments: state
 * directory, run id.
 */
export const stopScript = `cd "$1/runs" || exit 0
true > "$2.stop"
read -r held < ../lock && [ "$held" = "$2" ] || exit 0
flock -n ../lock true && exit 0
read -r pid < "$2.pid" && kill -TERM "$pid"
exit 0
`;
