# Runs within the container: Docker sizes the terminal after the command has begun, and what looks at once
# would see 0 by 0. Arguments: rows, columns, the command.
stty rows "$1" columns "$2" 2>/dev/null; shift 2; exec "$@"
