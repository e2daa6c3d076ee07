#!/bin/sh
# Parameters are in variables ATTUNE_ACTION_<NAME>.
echo "Hello, ${ATTUNE_ACTION_NAME}!"
