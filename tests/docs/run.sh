#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SOURCE - the samples of README.md and of every page of docs/ are so:
#
#   ```sh       commands; each must succeed
#   ```console  `$ command`, continued by \, and what it prints; ... is any lines
#   ```c        a program, compiled and run; or statements, compiled into fragment.c
#               (up to a } at the beginning of a line: outside of its function) and run
#   ```model    and model-error are those of docs/language.md, run by tests/spec
#
# A line <!-- file: NAME --> before a block writes it to a file instead; anything else
# that is not run says why: <!-- not run: REASON -->. The blocks of a page run one after
# another where a reader would run them: in a folder like that of the build, `engagement`
# and the library installed.
set -u
build=$1 source=$2 passed=0 failed=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

verdict() { # WHAT STATUS
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "docs: $1: FAILED"
    sed -n '1,12s/^/  /p' "$folder/said"
  fi
}

# ---- a machine with the library -------------------------------------------------

fact() { sed -n "s/^$1 *= *//p" "$build/config.mk"; }
sqlite=
if [ "$(fact HAVE_SQLITE3)" = 1 ]; then sqlite=$(fact SQLITE3_LIBS); fi
mkdir "$folder/bin"
ln -s "$build/engagement" "$folder/bin/engagement"
cat >"$folder/bin/cc" <<END
#!/bin/sh
exec $(fact CC) $(fact CFLAGS) $(fact REQUIRED_CFLAGS) "\$@" $(fact LDFLAGS)
END
cat >"$folder/bin/pkg-config" <<END
#!/bin/sh
echo "-I$source/include -DENG_STATIC $build/.libs/libengagement.a $sqlite -lm"
END
chmod +x "$folder/bin/cc" "$folder/bin/pkg-config"
PATH=$folder/bin:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL

# ---- the blocks of a page -------------------------------------------------------

# Into files: N.lang, N.mark (what the comment before it says), N.line, N.body.
split() { # PAGE
  awk -v to="$folder/blocks" '
    !on && /^```/ { on = 1; n++; name = sprintf("%s/%03d", to, n)
      print substr($0, 4) >(name ".lang"); print mark >(name ".mark")
      print FNR >(name ".line"); printf "" >(name ".body"); next }
    on && /^```/ { on = 0; mark = ""; close(name ".body"); next }
    on { print >(name ".body"); next }
    /^<!-- .* -->$/ { mark = substr($0, 6, length($0) - 9); next }
    !/^$/ { mark = "" }' "$1"
}

# expected GOT: whether it is what is expected, where ... stands for any lines.
matches() {
  awk 'NR == FNR { want[++w] = $0; next } { got[++g] = $0 }
    function same(i, j) {
      for (; i <= w; i++) {
        if (want[i] == "...") {
          for (; j <= g + 1; j++) if (same(i + 1, j)) return 1
          return 0
        }
        if (j > g || want[i] != got[j++]) return 0
      }
      return j > g
    }
    END { exit !same(1, 1) }' "$1" "$2"
}

here() { cat "$folder/cwd"; }

# One command of a console block, and what it prints.
try() { # WHERE
  [ -s "$folder/command" ] || return
  (cd "$(here)" && { cat "$folder/command"; echo 'pwd >"$CWD"'; } >"$folder/script" &&
    CWD=$folder/cwd sh "$folder/script" >"$folder/got" 2>&1 </dev/null)
  matches "$folder/want" "$folder/got"
  status=$?
  diff "$folder/want" "$folder/got" >"$folder/said"
  verdict "$1: $(head -n 1 "$folder/command")" $status
  : >"$folder/command"
}

console() { # WHERE BODY
  : >"$folder/command"
  continued=
  while IFS= read -r line; do
    case $line in
    '$ '*)
      if [ -z "$continued" ]; then try "$1"; fi
      printf '%s\n' "${line#\$ }" >"$folder/command"
      : >"$folder/want"
      ;;
    *)
      if [ -n "$continued" ]; then
        printf '%s\n' "$line" >>"$folder/command"
      else
        printf '%s\n' "$line" >>"$folder/want"
      fi
      ;;
    esac
    case $line in *'\' | *' |') continued=1 ;; *) continued= ;; esac
    case $line in '$ '*) ;; *) if [ ! -s "$folder/command" ]; then continued=; fi ;; esac
    # what is printed may end like that too
    if [ -s "$folder/want" ]; then continued=; fi
  done <"$2"
  try "$1"
}

shell() { # WHERE BODY
  (cd "$(here)" && { cat "$2"; echo 'pwd >"$CWD"'; } >"$folder/script" &&
    CWD=$folder/cwd sh -e "$folder/script" >"$folder/said" 2>&1 </dev/null)
  verdict "$1: the commands succeed" $?
}

program() { # WHERE BODY
  if grep -q 'int main(' "$2"; then
    cp "$2" "$folder/sample.c"
  else
    last=$(grep -n '^}' "$2" | tail -n 1 | cut -d: -f1)
    head -n "${last:-0}" "$2" >"$folder/outside"
    tail -n "+$((${last:-0} + 1))" "$2" >"$folder/inside"
    awk -v folder="$folder" '
      /^OUTSIDE$/ { while ((getline line <(folder "/outside")) > 0) print line; next }
      /^INSIDE$/ { while ((getline line <(folder "/inside")) > 0) print line; next }
      { print }' "$source/tests/docs/fragment.c" >"$folder/sample.c"
  fi
  # statements give back nothing, so leaks are not looked for
  (cd "$folder" && export ASAN_OPTIONS=detect_leaks=0 && cc sample.c $(pkg-config) -o sample && cd "$(here)" && "$folder/sample") \
    >"$folder/said" 2>&1 </dev/null
  verdict "$1: it compiles and runs" $?
}

block() { # PAGE FILE-WITHOUT-ENDING
  lang=$(cat "$2.lang") mark=$(cat "$2.mark") where=$1:$(cat "$2.line")
  : >"$folder/said"
  case $mark in
  'file: '*)
    cp "$2.body" "$(here)/${mark#file: }"
    return
    ;;
  'not run: '?*) return ;;
  esac
  case $lang in
  sh) shell "$where" "$2.body" ;;
  console) console "$where" "$2.body" ;;
  c) program "$where" "$2.body" ;;
  model | model-error) [ "$1" = docs/language.md ] ||
    verdict "$where: write it to a file that a command checks" 1 ;;
  *) verdict "$where: a block of \"$lang\" is not run and does not say why" 1 ;;
  esac
}

for page in "$source/README.md" "$source"/docs/*.md; do
  name=${page#"$source/"}
  rm -rf "$folder/blocks" "$folder/place"
  mkdir "$folder/blocks" "$folder/place"
  cp -R "$source/examples" "$folder/place/examples"
  ln -s "$build/engagement" "$build/.libs" "$source/include" "$folder/place"
  echo "$folder/place" >"$folder/cwd"
  split "$page"
  for body in "$folder"/blocks/*.body; do
    if [ -e "$body" ]; then block "$name" "${body%.body}"; fi
  done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
