# Runs a program that ends, as each of its children does, when it has computed for so long.
# $1: seconds. The rest: the program and its arguments.
# dash and bash have -t, though POSIX does not.
# shellcheck disable=SC3045
ulimit -t "$1"
shift
exec "$@"
