#!/bin/sh
# Builds the environments of packs through packd.
. "${0%/*}/../lib/packd.sh"
request build-envs 3600 '{"built_environments":[],"failed_environments":[{"pack_ref":"","pack_path":"","runtime":"unknown","error":"REASON"}],"summary":{"total_packs":0,"success_count":0,"failure_count":1,"python_envs_built":0,"nodejs_envs_built":0,"total_duration_ms":0},"warnings":[]}'
