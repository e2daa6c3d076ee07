package compress

import (
	"fmt"
	"io"
)

const (
	prefetchAfter = 1 << 20 // shorter streams gain nothing from a second processor
	chunks        = 4
	maxEmpty      = 100 // reads in a row that give nothing
)

// A prefetcher reads the next chunk while the current one is used, once a stream
// turns out to be long: then one goroutine receives, one uncompresses and one
// writes. The order of the reader's data and errors is kept.
type prefetcher struct {
	r      io.Reader
	size   int // of a chunk
	direct int // bytes that Read still reads itself

	free   chan []byte   // buffers to fill
	filled chan chunk    // nil until work starts; closed when it ends
	stop   chan struct{} // closed by Close
	now    chunk         // the chunk in use
	buffer []byte        // that holds it
}

// A chunk is the data and error of one buffer.
type chunk struct {
	data []byte
	err  error
}

func newPrefetcher(r io.Reader, size int) *prefetcher {
	return &prefetcher{r: r, size: size, direct: prefetchAfter}
}

// Read implements [io.Reader].
func (f *prefetcher) Read(p []byte) (int, error) {
	if f.direct > 0 {
		n, err := f.r.Read(p)
		f.direct -= n
		return n, err
	}
	if f.filled == nil {
		f.begin()
	}
	for len(f.now.data) == 0 {
		if f.now.err != nil {
			return 0, f.now.err
		}
		f.next()
	}
	n := copy(p, f.now.data)
	f.now.data = f.now.data[n:]
	return n, nil
}

func (f *prefetcher) begin() {
	f.free, f.filled, f.stop = make(chan []byte, chunks), make(chan chunk, chunks), make(chan struct{})
	for range chunks {
		f.free <- make([]byte, f.size)
	}
	go f.work()
}

// next returns the buffer and waits for the next filled one.
func (f *prefetcher) next() {
	if f.buffer != nil {
		f.free <- f.buffer[:f.size]
	}
	f.now = <-f.filled
	f.buffer = f.now.data
}

// work fills buffers until the reader ends or the prefetcher is closed. Each
// channel has room for all buffers.
func (f *prefetcher) work() {
	defer close(f.filled)
	for {
		select {
		case <-f.stop:
			return
		case buffer := <-f.free:
			c := fill(f.r, buffer)
			f.filled <- c
			if c.err != nil {
				return
			}
		}
	}
}

// fill reads until the buffer is full or the reader ends. A panic of the decoder
// ends the stream: on this goroutine it would end the program.
func fill(r io.Reader, buffer []byte) (c chunk) {
	n := 0
	defer func() {
		if v := recover(); v != nil {
			c = chunk{buffer[:n], malformed("the decoder panicked: %q", fmt.Sprint(v))}
		}
	}()
	for empty := 0; n < len(buffer); empty++ {
		m, err := r.Read(buffer[n:])
		n += m
		if m > 0 {
			empty = 0
		}
		if err == nil && empty == maxEmpty {
			err = io.ErrNoProgress
		}
		if err != nil {
			return chunk{buffer[:n], err}
		}
	}
	return chunk{buffer[:n], nil}
}

// Close returns when the reader is no longer in use.
func (f *prefetcher) Close() error {
	if f.filled == nil {
		return nil
	}
	close(f.stop)
	for range f.filled { // discard
	}
	return nil
}
