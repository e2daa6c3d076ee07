package wire

import (
	"net/http"

	"github.com/packtrain/pack"
)

// statusClosed is logged when the client has closed the connection.
const statusClosed = 499

// StatusOf returns the HTTP status of a request that failed as a whole with the
// code.
func StatusOf(code pack.Code) int {
	switch code {
	case pack.CodeUnsafePath, pack.CodeForbiddenEntry, pack.CodeNameCollision,
		pack.CodeLimitExceeded, pack.CodeMalformedContent, pack.CodeChecksumMismatch, pack.CodeContentChanged,
		pack.CodeInvalidManifest, pack.CodeInvalidRef, pack.CodeInvalidVersion, pack.CodeInvalidSchema, pack.CodeInvalidRequest,
		pack.CodeBuildFailed, pack.CodeTestsFailed:
		return http.StatusUnprocessableEntity
	case pack.CodeDependencyMissing, pack.CodeDependencyConflict, pack.CodeDependencyCycle,
		pack.CodeBusy, pack.CodeConflict, pack.CodeAlreadyInstalled:
		return http.StatusConflict
	case pack.CodePolicyDenied:
		return http.StatusForbidden
	case pack.CodeNotFound:
		return http.StatusNotFound
	case pack.CodeUnavailable, pack.CodeUnauthorized, pack.CodeGit:
		return http.StatusBadGateway
	case pack.CodeCancelled:
		return statusClosed
	case pack.CodeTimeout:
		return http.StatusGatewayTimeout
	case pack.CodeStoreCorrupt, pack.CodeIO:
	}
	return http.StatusInternalServerError
}
