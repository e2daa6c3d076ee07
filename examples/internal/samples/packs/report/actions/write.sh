#!/bin/sh
# Prints one line per topic listed in the YAML file of parameters.
set -eu
sed -n 's/^ *- *"*\([^"]*\)"*$/* \1: all is well/p' "$ATTUNE_PARAMETER_FILE"
