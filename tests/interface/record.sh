#!/bin/sh
# record.sh --against | --write OBJECT LIBFACET HEADER...: compares the interface with its record, or writes that anew.
how=$1
shift
case $how in
  --write) where=$BUILD_WORKSPACE_DIRECTORY/tests/interface ;;
  *) where=tests/interface/interface_NUMBER.txt ;;
esac
exec python3 -B tests/interface/interface_record.py "$how" "$where" "$@"
