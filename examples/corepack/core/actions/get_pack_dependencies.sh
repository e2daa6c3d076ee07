#!/bin/sh
# Analyses the dependencies of packs through packd.
. "${0%/*}/../lib/packd.sh"
request dependencies 3600 '{"dependencies":[],"runtime_requirements":{},"missing_dependencies":[],"analyzed_packs":[],"errors":[{"pack_path":"","error":"REASON"}],"conflicts":[],"warnings":[]}'
