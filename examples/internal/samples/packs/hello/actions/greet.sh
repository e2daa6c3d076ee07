#!/bin/sh
# Reads name='...' from standard input and prints a greeting.
set -eu
name=world
while IFS= read -r line; do
  case $line in
    name=*) name=${line#name=} ;;
  esac
done
name=${name#\'}
name=${name%\'}
printf 'Hello, %s!\n' "$name"
