# Completes the command line of hookwire in bash. What commands and options there are it asks the
# program, whose help says it.

_hookwire() {
  local program=$1 current=$2 previous=$3 word line names help
  local -a command=()
  COMPREPLY=()
  # bash takes --option=value for three words, and the last of --option= for the current one.
  if [[ ${COMP_WORDS[COMP_CWORD]} == = ]]; then
    current= previous=${COMP_WORDS[COMP_CWORD-1]}
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  help=$("$program" --help 2>/dev/null) || return

  # Down to the command that the line is about; `help` takes commands too.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if _hookwire_subcommands | grep -qxF -e "$word"; then
      command+=("$word")
      help=$("$program" "${command[@]}" --help 2>/dev/null) || return
    fi
  done

  # The value of an option: one of those that help lists in braces, else a file, as bash has it.
  while read -r names line; do
    case ",$names," in *",$previous,"*) ;; *) continue ;; esac
    if [[ $line =~ ^[A-Z]+:\{([^}]*)\} ]]; then
      COMPREPLY=($(compgen -W "${BASH_REMATCH[1]//,/ }" -- "$current"))
      return
    elif [[ $line =~ ^[A-Z]+(\ |:|$) ]]; then
      return
    fi
  done < <(_hookwire_options)

  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_hookwire_options | cut -d ' ' -f 1 | tr ',' '\n')" -- "$current"))
  else
    names=$(_hookwire_subcommands)
    [ ${#command[@]} -gt 0 ] || names+=$'\nhelp\nversion'
    COMPREPLY=($(compgen -W "$names" -- "$current"))
  fi
}

# The lines of $help that begin with an option: its names by comma, then what it takes.
_hookwire_options() {
  sed -n 's/^  \(-[^ ]*\)/\1/p' <<<"$help"
}

_hookwire_subcommands() {
  sed -n '/^Subcommands:/,/^$/s/^  \([a-z][^ ]*\).*/\1/p' <<<"$help"
}

complete -o default -F _hookwire hookwire
