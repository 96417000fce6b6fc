/** What completion knows of one command. */
export interface CompletedCommand {
  /** `layers:scale`, or a shortcut of it. */
  readonly word: string;
  readonly summary: string;
  /** `--formation`, `-f`, ... */
  readonly options: readonly string[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Names of formations, asked of the controller only when one is to be completed, and given up quietly. */
const formations = 'deis formations:list --quiet 2>/dev/null';
const formationOptions = ['-f', '--formation', '-a', '--app'];

/**
 * The script that a shell sources to complete `deis`: commands and options as of now, formations when asked
 * for.
 */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return { bash, zsh, fish }[shell](commands);
}

/**
 * bash takes a colon for the end of a word, hence the words out of the line itself, and replies without what
 * stands before the last colon.
 */
function bash(commands: readonly CompletedCommand[]): string {
  const words = commands.map(({ word }) => word).join(' ');
  const cases = commands.map(
    ({ word, options }) => `          ${word}) reply=($(compgen -W "${options.join(' ')}" -- "$current")) ;;`,
  );
  return `# bash completion of deis: source <(deis completion bash)
_deis() {
  local line="\${COMP_LINE:0:COMP_POINT}" word reply=() command= previous current
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  current="\${words[-1]}" previous=
  (( \${#words[@]} > 1 )) && previous="\${words[-2]}"
  for word in "\${words[@]:1:\${#words[@]}-2}"; do
    [[ "$word" != -* && -z "$command" ]] && command="$word"
  done
  case "$previous" in
    ${formationOptions.join('|')}) reply=($(compgen -W "$(${formations})" -- "$current")) ;;
    *)
      if [[ "$current" == --formation=* || "$current" == --app=* ]]; then
        reply=($(compgen -P "\${current%%=*}=" -W "$(${formations})" -- "\${current#*=}"))
      elif [[ -z "$command" || "$command" == help ]]; then
        reply=($(compgen -W "${words} help" -- "$current"))
      else
        case "$command" in
${cases.join('\n')}
        esac
      fi ;;
  esac
  local cut="\${current%"\${current##*[:=]}"}"
  COMPREPLY=("\${reply[@]#"$cut"}")
}
complete -o default -F _deis deis
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const described = commands.map(
    ({ word, summary }) => `    ${quoted(`${word.replaceAll(':', '\\:')}:${summary}`)}`,
  );
  const cases = commands.map(
    ({ word, options }) => `    (${word}) options=(${options.map(quoted).join(' ')}) ;;`,
  );
  return `#compdef deis
# zsh completion of deis: source <(deis completion zsh)
_deis() {
  local -a commands options
  local command=\${\${(@)words[2,CURRENT-1]:#-*}[1]}
  commands=(
${described.join('\n')}
  )
  case $words[CURRENT-1] in
    (${formationOptions.join('|')}) compadd -- \${(f)"$(${formations})"}; return ;;
  esac
  if [[ -z $command || $command == help ]]; then
    _describe command commands
    return
  fi
  case $command in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then compadd -- $options; else _files; fi
}
compdef _deis deis
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const flag = (option: string): string =>
    option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
  const lines = commands.flatMap(({ word, summary, options }) => [
    `complete -c deis -n '__deis_needs_command' -a ${word} -d ${quoted(summary)}`,
    ...options.map(
      (option) =>
        `complete -c deis -n '__deis_command_is ${word}' ` +
        `${flag(option)}${formationOptions.includes(option) ? ` -x -a '(${formations})'` : ''}`,
    ),
  ]);
  return `# fish completion of deis: deis completion fish | source
function __deis_needs_command
  set -l words (commandline -opc)
  not string match -qv -- '-*' $words[2..-1]
end
function __deis_command_is
  set -l words (string match -v -- '-*' (commandline -opc)[2..-1])
  test "$words[1]" = "$argv[1]"
end
complete -c deis -f -n '__deis_needs_command' -a help -d 'what there is'
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
