#!/bin/sh
# Runs at the root of the pack, and prints TAP: https://testanything.org
got=$(ATTUNE_ACTION_NAME=test sh actions/hello.sh)
echo 1..1
if [ "$got" = "Hello, test!" ]; then
	echo "ok 1 - greets"
else
	echo "not ok 1 - greets: got $got"
	exit 1
fi
