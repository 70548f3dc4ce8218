package guard

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateCheck is how often, at most, the files are looked at.
const certificateCheck = 10 * time.Second

// Certificate is a server's certificate that is read again when its files
// change, so that it can be renewed without a restart.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	looked  time.Time
	seen    [2]fs.FileInfo
}

// LoadCertificate reads a certificate with its chain, and its key, both in PEM.
// log may be nil, and so may now, for time.Now.
func LoadCertificate(certFile, keyFile string, log *slog.Logger, now func() time.Time) (*Certificate, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if now == nil {
		now = time.Now
	}
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, now: now}
	seen, err := c.stat()
	if err != nil {
		return nil, err
	}
	if err := c.load(seen); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Certificate) stat() (seen [2]fs.FileInfo, err error) {
	for i, file := range []string{c.certFile, c.keyFile} {
		if seen[i], err = os.Stat(file); err != nil {
			return seen, fmt.Errorf("read the server's certificate: %w", err)
		}
	}
	return seen, nil
}

func (c *Certificate) load(seen [2]fs.FileInfo) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the server's certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current, c.seen, c.looked = &pair, seen, c.now()
	return nil
}

// Get is for [tls.Config].GetCertificate. While the files cannot be read, or do
// not fit together yet, the earlier certificate is used on.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= certificateCheck {
		c.looked = now
		if err := c.reload(); err != nil {
			c.log.Error("the earlier certificate is used on", slog.String("error", err.Error()))
		}
	}
	return c.current, nil
}

func (c *Certificate) reload() error {
	seen, err := c.stat()
	if err != nil {
		return err
	}
	same := true
	for i, was := range c.seen {
		is := seen[i]
		same = same && os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime())
	}
	if same {
		return nil
	}
	if err := c.load(seen); err != nil {
		return err
	}
	c.log.Info("the server's certificate was read again", slog.Time("expires", c.current.Leaf.NotAfter))
	return nil
}

// Leaf returns the certificate itself, for [Hosts].
func (c *Certificate) Leaf() *x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current.Leaf
}
