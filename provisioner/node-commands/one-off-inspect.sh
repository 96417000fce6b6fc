# Prints `exited 3 2026-01-01T00:00:00.5Z` of a container, and nothing when there is none. Fails when Docker
# does not answer. Argument: its name.
docker inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.FinishedAt}}' "$1" 2>/dev/null ||
  docker version >/dev/null
