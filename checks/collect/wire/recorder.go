package wire

import "net"

// recorder listens in on what a connection receives.
type recorder struct {
	net.Conn
	listener
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.hear(b[:n])
	return n, err
}

// listen reads on to the end of the server's first flight, or for as long as
// the connection gives anything, and returns why it gave no more.
func (r *recorder) listen() error {
	buffer := make([]byte, 16<<10)
	for !r.over {
		if _, err := r.Read(buffer); err != nil {
			return err
		}
	}
	return nil
}
