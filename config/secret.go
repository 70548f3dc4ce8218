package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
)

// Secret says where a secret is found. At most one of its fields is set.
type Secret struct {
	File    string   `mapstructure:"file"`    // its first line is the secret
	Env     string   `mapstructure:"env"`     // name of an environment variable
	Command []string `mapstructure:"command"` // its first line of output is the secret
}

// IsZero reports whether nothing says where the secret is.
func (s Secret) IsZero() bool { return s.File == "" && s.Env == "" && len(s.Command) == 0 }

// String says where the secret is found, not what it is.
func (s Secret) String() string {
	switch {
	case s.File != "":
		return "file " + s.File
	case s.Env != "":
		return "environment variable " + s.Env
	case len(s.Command) > 0:
		return "command " + s.Command[0]
	}
	return "not set"
}

// Read gets the secret. Errors say where it was looked for and never hold it.
func (s Secret) Read(ctx context.Context) (string, error) {
	var secret string
	switch {
	case s.File != "":
		text, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		secret = string(text)
	case s.Env != "":
		value, ok := os.LookupEnv(s.Env)
		if !ok {
			return "", fmt.Errorf("read the password: the environment variable %s is not set", s.Env)
		}
		secret = value
	case len(s.Command) > 0:
		out, err := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...).Output()
		if err != nil {
			return "", fmt.Errorf("read the password from the command %s: %w", s.Command[0], err)
		}
		secret = string(out)
	default:
		return "", errors.New("read the password: nothing says where it is")
	}
	secret, _, _ = strings.Cut(secret, "\n")
	secret = strings.TrimSuffix(secret, "\r")
	if secret == "" {
		return "", fmt.Errorf("read the password: %s is empty", s)
	}
	return secret, nil
}

// errPlainSecret is what somebody gets who writes a password into the file.
var errPlainSecret = errors.New("a password does not belong into the configuration: say where it is found, with file, env or command below this key")

// secretHook refuses a secret that is given as plain text.
func secretHook(from, to reflect.Type, data any) (any, error) {
	if to == reflect.TypeFor[Secret]() && from.Kind() != reflect.Map {
		return nil, errPlainSecret
	}
	return data, nil
}
