#!/bin/sh
# Installs packs, and those they need, through packd.
. "${0%/*}/../lib/packd.sh"
request install 3600 '{"outcomes":[{"spec":"","pack_ref":"","pack_version":"","previous_version":null,"status":"failed","failure":{"stage":"download","error":"REASON"},"added":false,"required_by":[],"storage_path":"","generation":"","environments":{"python":null,"nodejs":null},"test_result":null}],"summary":{"total_packs":0,"installed":0,"upgraded":0,"replaced":0,"unchanged":0,"failed":1,"skipped":0,"duration_ms":0},"download":null,"dependencies":null,"environments":null,"registration":null,"warnings":[]}'
