#!/bin/sh
# Tests the greeting and prints the totals.
got=$(printf "name='Ada'\n" | sh actions/greet.sh)
if [ "$got" = 'Hello, Ada!' ]; then passed=1 failed=0; else passed=0 failed=1; fi
printf 'Total Tests: 1\nPassed: %d\nFailed: %d\n' "$passed" "$failed"
exit "$failed"
