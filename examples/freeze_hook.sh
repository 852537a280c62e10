#!/bin/sh
# An ExecHook's program: while $FREEZE_FILE exists, nothing is deleted. Chosen for pre of delete_*.
if [ -e "$FREEZE_FILE" ]; then
  echo "$HOOKWIRE_METHOD is frozen: remove $FREEZE_FILE to allow it again" >&2
  exit 1  # refuses the call
fi
