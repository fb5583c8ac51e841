#!/bin/sh
exec python3 -B tests/identity/code_digests_test.py
