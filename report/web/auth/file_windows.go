package auth

import (
	"io/fs"
	"os"
)

func openFile(path string) (*os.File, error) { return os.Open(path) }

// keepOwner has nothing to do: the new file has the rights of its folder.
func keepOwner(string, fs.FileInfo) error { return nil }
