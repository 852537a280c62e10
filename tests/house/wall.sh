#!/usr/bin/env bash
# wall.sh COMPILER yes|no HEADER "INCLUDE_FOLDERS": whether a file with these include folders can
# include HEADER.
set -u
compiler=$1 allowed=$2 header=$3 folders=$4
flags=()
for folder in $folders; do flags+=("-I$folder"); done
message=$(echo "#include \"$header\"" | "$compiler" -std=c++20 "${flags[@]}" -fsyntax-only -x c++ - 2>&1)
status=$?
if [ "$allowed" = yes ]; then
  [ $status -eq 0 ] || { echo "cannot include $header: $message"; exit 1; }
else
  [ $status -ne 0 ] || { echo "$header can be included, and must not be"; exit 1; }
  case $message in
    *"No such file"*) ;;
    *) echo "failed for another reason: $message"; exit 1 ;;
  esac
fi
