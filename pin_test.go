package pack_test

import (
	"testing"

	"github.com/packtrain/pack"
)

func TestPinWithoutQuery(t *testing.T) {
	t.Parallel()
	pin := pack.Pin{Location: "https://host/x.tar.gz?token=canary", ETag: `"1"`, ArchiveDigest: "sha256:0"}
	if got := pin.WithoutQuery(); got != (pack.Pin{Location: "https://host/x.tar.gz", ArchiveDigest: "sha256:0"}) {
		t.Errorf("got %+v", got)
	}
	if pin.SameContent(pack.Pin{Location: "https://host/x.tar.gz", ETag: `"1"`}) {
		t.Error("the entity tag of another URL counts")
	}
	for _, pin := range []pack.Pin{{Location: "/a?b", ETag: `"1"`}, {Location: "https://host/x.tar.gz", ETag: `"1"`}, {}} {
		if got := pin.WithoutQuery(); got != pin {
			t.Errorf("%+v became %+v", pin, got)
		}
	}
}
