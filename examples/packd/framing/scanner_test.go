package framing

import "testing"

func TestScan(t *testing.T) {
	t.Parallel()
	const get, post = "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\n"
	for _, tt := range []struct {
		name, text string
		odd        bool
	}{
		{"plain", get + "Accept: a, b\r\n\r\n", false},
		{"two requests", get + "\r\n" + get + "\r\n", false},
		{"a body with lines that begin with a space", post + "Content-Length: 5\r\n\r\n{\n 1}" + get + "\r\n", false},
		{"a body like a header", post + "Content-Length: 24\r\n\r\n\nTransfer-Encoding: x\n x\n" + get + "\r\n", false},
		{"the same length twice", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n\n " + get + "\r\n", false},
		{"chunks", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n\n \r\n0\r\n\r\n", false},
		{"a long line", get + "X: " + string(make([]byte, 4096)) + "\r\n\r\n" + get + "\r\n", false},
		{"bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", false},
		{"folded", get + "X: a\r\n b\r\n\r\n", true},
		{"folded by a tab", get + "X: a\n\tb\r\n\r\n", true},
		{"folded after a body", post + "Content-Length: 5\r\n\r\n{\n 1}" + get + " x\r\n\r\n", true},
		{"length and chunks", post + "Content-Length: 21\r\nTransfer-Encoding: chunked\r\n\r\n", true},
		{"chunks and length", post + "transfer-encoding: chunked\r\ncontent-length:21\r\n\r\n", true},
		{"two lengths", post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", true},
		{"a length of no number", post + "Content-Length: +2\r\nContent-Length: 0x\r\n\r\n", true},
		{"a long length", post + "Content-Length: " + string(make([]byte, 200)) + "2\r\n\r\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 2, 7, len(tt.text)} { // in parts of any size
				if got := scanParts(tt.text, size); got != tt.odd {
					t.Errorf("in parts of %d: got %t, want %t", size, got, tt.odd)
				}
			}
		})
	}
}

func scanParts(text string, size int) bool {
	var s scanner
	for len(text) > 0 {
		n := min(size, len(text))
		if s.scan([]byte(text[:n])) {
			return true
		}
		text = text[n:]
	}
	return false
}
