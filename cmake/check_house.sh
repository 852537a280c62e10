#!/usr/bin/env bash
# The rules of the house that a compiler does not know. Prints each line that breaks one.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.."
broken=0

rule() {  # rule TEXT WHAT_BREAKS_IT
  [ -n "$2" ] || return 0
  printf 'broken: %s\n%s\n\n' "$1" "$2"
  broken=1
}

rooms="core schemas publisher subscribers cli"
code() { find "$@" -name '*.cc' -o -name '*.h'; }

rule "a file has 400 lines at most" \
  "$(code $rooms bench examples tests | xargs wc -l | awk '$2 != "total" && $1 > 400')"
rule "ZeroMQ is included in *_socket files only" \
  "$(code $rooms | grep -v '_socket\.' | xargs grep -nE '#include <zmq')"
rule "public headers include no third-party header" \
  "$(code $rooms | grep '/include/' | xargs grep -nE '#include <(zmq|msgpack|spdlog|fmt|nlohmann|CLI|openssl|re2)')"
# The kit is an archive; its own are nobody's.
rule "public headers make what they declare visible, and hide what only .cc files define" \
  "$(code $rooms | grep '/include/' | grep -v '^publisher/testing/' | while read -r file; do
       tail -n 1 "$file" | grep -qxF '#pragma GCC visibility pop' || echo "$file: no pop at the end"
       grep -qxF '#pragma GCC visibility push(default)' "$file" || echo "$file: no push(default)"
       grep -HnE '^  (class|struct) [A-Za-z]+;' "$file"
     done)"
rule "core knows neither ZeroMQ nor MessagePack nor events" \
  "$(code core | xargs grep -nE '#include <(zmq|msgpack)|#include "hookwire/(schemas|publisher|exec|host|client|format|tail|audit)/')"
rule "schemas use base and record only" \
  "$(code schemas | xargs grep -nE '#include "hookwire/(hooks|share|journal|publisher|exec|host|client|format|tail|audit)/')"
rule "the publisher does not include subscribers" \
  "$(code publisher | xargs grep -nE '#include "hookwire/(client|format|tail|audit)/')"
rule "subscribers do not include the publisher's side" \
  "$(code subscribers | xargs grep -nE '#include "hookwire/(publisher|exec|host|hooks|share)/')"
rule "tests do not sleep, and none is skipped" \
  "$(code tests | grep -v support/eventually.h | xargs grep -nE 'sleep_for|usleep\(|DISABLED_|GTEST_SKIP')"
rule "no name says Manager, Helper, Util, Handler or Processor" \
  "$(code $rooms examples | xargs grep -nE '(class|struct) [A-Za-z]*(Manager|Helper|Utils?|Handler|Processor)\b')"
rule "nothing is left for later in the code" \
  "$(code $rooms bench examples tests | xargs grep -nE 'TODO|FIXME|\bXXX\b')"
rule "no merge was left half done" \
  "$(git grep -nE '^(<{7}|>{7}|[|]{7})( |$)|^={7}$' 2>/dev/null)"
# The kit is for tests; what ships does not know it.
rule "only tests include the kit for tests" \
  "$(code $rooms bench | grep -v '^publisher/testing/' | xargs grep -nE '#include "hookwire/testing/')"
# A list may leave the ending out, as those of benches and plugins do.
rule "every source file is built, every test is run" \
  "$(find $rooms bench examples tests -name '*.cc' -o -name '*_test.py' | while read -r file; do
       name=$(basename "${file%.*}")
       grep -rqwE --include=CMakeLists.txt --include='*.cmake' \
         "$name\.(cc|py)|$name|${name%_bench}|${name%_plugin}" "${file%%/*}" || echo "$file"
     done)"
[ $broken -eq 0 ] && echo "the rules of the house hold"
exit $broken
