#!/bin/sh
# Downloads packs through packd.
. "${0%/*}/../lib/packd.sh"
request download 3600 '{"downloaded_packs":[],"failed_packs":[{"source":"","error":"REASON"}],"total_count":0,"success_count":0,"failure_count":1,"warnings":[]}'
