# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# completion.bash - completion of the program `engagement` in bash, installed as
# share/bash-completion/completions/engagement.
#
# Commands, options and their values are asked from the program's own help, so that they
# are those of the program that is there.

# The option of each line of a help, and of those of reading INPUT where they are taken.
_engagement_options()
{
  local help
  help=$("$1" help "$2" 2>/dev/null) || return
  case $help in
  *'engagement help input'*) help+=$'\n'$("$1" help input 2>/dev/null) ;;
  esac
  sed -n 's/^  \(--[a-z-]*\).*/\1/p' <<<"$help"
  echo --help
}

# What may follow an option; nothing where it is a word of one's own.
_engagement_values()
{
  case $2 in
  --format) echo table csv json ;;
  --model) "$1" models --format csv 2>/dev/null | sed '1d; s/,.*//' ;;
  --kind) "$1" help kinds 2>/dev/null | sed -n 's/^  \([a-z].*[a-z],*\)$/\1/p' | tr -d , ;;
  --unit) echo day week year ;;
  --family) echo auto bgnbd mbgnbd paretonbd nbd bgbb ;;
  --identical) echo keep merge ;;
  --time-format) echo auto iso day-first month-first compact seconds milliseconds ;;
  --decimal) echo point comma ;;
  --week-start) echo mon tue wed thu fri sat sun ;;
  --delimiter) echo comma semicolon pipe tab ;;
  esac
}

# Which option's value is being written: --name WORD, or --name=WORD, which bash splits
# at the sign.
_engagement_option()
{
  local last=${COMP_WORDS[COMP_CWORD - 1]}
  if [ "$last" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
    last=${COMP_WORDS[COMP_CWORD - 2]}
  elif [ "${COMP_WORDS[COMP_CWORD]}" != = ]; then
    case $last in --*) ;; *) return ;; esac
  fi
  echo "$last"
}

_engagement()
{
  local program=$1 word=$2 command=${COMP_WORDS[1]} option words=''
  COMPREPLY=()
  if [ "$word" = = ]; then word=''; fi
  option=$(_engagement_option)
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="$("$program" help commands 2>/dev/null | sed 's/^  \([a-z]*\).*/\1/') help --help --version"
  elif [ "$command" = help ]; then
    words="$("$program" help commands 2>/dev/null | sed 's/^  \([a-z]*\).*/\1/') commands input kinds"
  elif [ -n "$option" ]; then
    words=$(_engagement_values "$program" "$option")
  elif [ "$command" = models ] && [ "$COMP_CWORD" -eq 2 ] && [ "${word#-}" = "$word" ]; then
    words='show check diff print'
  elif [ "$command" = models ] && [ "${word#-}" = "$word" ]; then
    words=$(_engagement_values "$program" --model)
  elif [ "${word#-}" != "$word" ]; then
    words=$(_engagement_options "$program" "$command")
  fi
  # Where nothing fits, bash completes the names of files.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o bashdefault -o default -F _engagement engagement
