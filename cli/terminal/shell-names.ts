/**
 * Variables by which a shell, the dynamic linker, or a program that a shell starts as a matter of course finds
 * and runs code: setting one changes what the next command line does.
 */
const dangerous = new Set(
  (
    'BASHOPTS BASH_ENV CDPATH EDITOR ENV FCEDIT FPATH GLOBIGNORE HISTFILE HOME HOSTFILE IFS INPUTRC LESSCLOSE ' +
    'LESSOPEN MAILCHECK MAILPATH MANPAGER NODE_OPTIONS NODE_PATH NULLCMD OPTIND PAGER PATH PERL5DB PERL5LIB ' +
    'PERL5OPT POSIXLY_CORRECT PROMPT PROMPT2 PROMPT_COMMAND PYTHONHOME PYTHONPATH PYTHONSTARTUP READNULLCMD ' +
    'RPROMPT RPS1 RUBYLIB RUBYOPT SHELL SHELLOPTS TERMINFO TMOUT TMPPREFIX VISUAL ZDOTDIR'
  ).split(' '),
);
/** The shell's own, whose setting is refused: it ends what is evaluated. */
const readonly = new Set(['EUID', 'PPID', 'UID', 'GID', 'EGID', 'BASHPID']);
const families = /^(?:LD_|DYLD_|BASH_|GIT_|SSH_|SUDO_|DEIS_|PS\d$)/;

/** Whether setting the variable in one's own shell would change how that shell, or what it starts, behaves. */
export function changesShell(name: string): boolean {
  return (
    dangerous.has(name) ||
    readonly.has(name) ||
    families.test(name) ||
    !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ||
    /^(?:path|cdpath|fpath|prompt|psvar|mailpath|module_path)$/.test(name)
  );
}
