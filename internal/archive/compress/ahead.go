package compress

import (
	"fmt"
	"io"
)

const (
	aheadAfter  = 1 << 20 // shorter streams gain nothing from a second processor
	aheadChunks = 4
	maxEmpty    = 100 // reads in a row that give nothing
)

// An ahead reads the next chunk while the current one is used, once a stream
// turns out to be long: then one goroutine receives, one uncompresses and one
// writes. The order of the reader's data and errors is kept.
type ahead struct {
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

func newAhead(r io.Reader, size int) *ahead { return &ahead{r: r, size: size, direct: aheadAfter} }

// Read implements [io.Reader].
func (a *ahead) Read(p []byte) (int, error) {
	if a.direct > 0 {
		n, err := a.r.Read(p)
		a.direct -= n
		return n, err
	}
	if a.filled == nil {
		a.begin()
	}
	for len(a.now.data) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		a.next()
	}
	n := copy(p, a.now.data)
	a.now.data = a.now.data[n:]
	return n, nil
}

func (a *ahead) begin() {
	a.free, a.filled, a.stop = make(chan []byte, aheadChunks), make(chan chunk, aheadChunks), make(chan struct{})
	for range aheadChunks {
		a.free <- make([]byte, a.size)
	}
	go a.work()
}

// next returns the buffer and waits for the next filled one.
func (a *ahead) next() {
	if a.buffer != nil {
		a.free <- a.buffer[:a.size]
	}
	a.now = <-a.filled
	a.buffer = a.now.data
}

// work fills buffers until the reader ends or the ahead is closed. Each channel
// has room for all buffers.
func (a *ahead) work() {
	defer close(a.filled)
	for {
		select {
		case <-a.stop:
			return
		case buffer := <-a.free:
			c := fill(a.r, buffer)
			a.filled <- c
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
func (a *ahead) Close() error {
	if a.filled == nil {
		return nil
	}
	close(a.stop)
	for range a.filled { // discard
	}
	return nil
}
