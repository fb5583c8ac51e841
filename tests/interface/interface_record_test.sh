#!/bin/sh
exec python3 -B tests/interface/interface_record_test.py "$@"
