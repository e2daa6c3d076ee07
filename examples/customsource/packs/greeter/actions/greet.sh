#!/bin/sh
echo "hello from inside the program"
