# Functions for reading logs. The program defines `wanted`, which passes on the lines that are.
export LC_ALL=C

# cut_up LABEL: cuts standard input into pieces that reach a pipe whole (PIPE_BUF), however long its lines are
# and whoever writes beside: `web.1 1. text`, with + for the dot where the line has more to come. perl-base is
# essential on Debian and Ubuntu.
cut_up() {
  perl -e '
    my ($name, $open) = (shift, 0);
    while (sysread STDIN, my $data, 3000) {
      for (split /(?<=\n)/, $data) {
        $open = !s/\n\z//;
        syswrite STDOUT, $name . ($open ? "+" : ".") . " $_\n";
      }
    }
    syswrite STDOUT, "$name. \n" if $open;
  ' "$1"
}

# lines PROCESS ARGUMENT...: what `docker logs` writes, its two streams apart: one of them never stands within
# a line of the other.
lines() {
  name=$1
  shift
  {
    { docker logs --timestamps "$@" 2>&5 5>&- 6>&- | wanted | cut_up "$name 1" >&6 5>&- 6>&-; } 5>&1 |
      wanted | cut_up "$name 2" >&6 6>&-
  } 6>&1
}
