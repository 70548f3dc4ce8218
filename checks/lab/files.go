package lab

import (
	"bytes"
	"errors"
	"os"

	"lcshealth/checks/facts/pki/pkitest"
)

// write writes the files that a check needs.
func (l *Lab) write(o Options) error {
	if err := os.MkdirAll(l.inFolder(hostsFolder), 0o750); err != nil {
		return err
	}
	config, err := l.forest.config(l.resolver, o)
	if err != nil {
		return err
	}
	client, err := l.forest.clientCertificate()
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		clientFile:            client,
		userPasswordFile:      []byte(l.password.user + "\n"),
		configFile:            config,
		authorityFile:         pkitest.PEM(l.forest.authority.root.Certificate),
		directoryPasswordFile: []byte(l.password.directory + "\n"),
		databasePasswordFile:  []byte(l.password.database + "\n"),
	} {
		if err := l.writeFile(name, text); err != nil {
			return err
		}
	}
	for _, s := range l.forest.servers {
		if err := l.writeHost(s, o); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) writeHost(s *server, o Options) error {
	switch l.forest.hosts {
	case silent:
		path := l.inFolder(hostFile(s))
		if err := remove(path); err != nil {
			return err
		}
		release, err := makeFIFO(path)
		if err == nil {
			l.releases = append(l.releases, release)
		}
		return err
	case garbled:
		return l.writeFile(hostFile(s), []byte(nonsense))
	}
	var text bytes.Buffer
	if err := s.writeHost(&text, l.forest, o.HostDatabases, products[o.Layout]); err != nil {
		return err
	}
	return l.writeFile(hostFile(s), text.Bytes())
}

// writeFile writes a file that only its owner may read, as passwords must be.
// One of an earlier lab may be a named pipe, which writing would hang on.
func (l *Lab) writeFile(name string, text []byte) error {
	path := l.inFolder(name)
	if err := remove(path); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
