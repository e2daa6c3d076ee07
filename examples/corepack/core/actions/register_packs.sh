#!/bin/sh
# Tests, registers and activates packs through packd.
. "${0%/*}/../lib/packd.sh"
request register-batch 3600 '{"registered_packs":[],"failed_packs":[{"pack_ref":"","pack_path":"","error":"REASON","error_stage":"load"}],"summary":{"total_packs":0,"success_count":0,"failure_count":1,"total_components":0,"duration_ms":0},"warnings":[]}'
