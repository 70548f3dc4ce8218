package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// delimiter separates the parts of a key within viper. Its own, a dot, is part
// of every host name.
const delimiter = "::"

// EnvPrefix begins the names of environment variables.
const EnvPrefix = "LCSHEALTH"

// Load reads the configuration from a file. All that is wrong with it is
// reported at once, each with its key.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	c.path = path
	c.resolvePaths(filepath.Dir(path))
	return c, nil
}

// Parse reads the configuration from YAML text and from the environment.
func Parse(text []byte) (*Config, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter(delimiter))
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	if err := unknownKeys(v.AllSettings(), reflect.TypeFor[Config](), ""); err != nil {
		return nil, err
	}
	v.SetEnvPrefix(EnvPrefix)
	v.SetEnvKeyReplacer(strings.NewReplacer(delimiter, "_", "-", "_"))
	for _, key := range scalarKeys(reflect.TypeFor[Config](), "") {
		if err := v.BindEnv(key); err != nil {
			return nil, err
		}
	}
	c := Default()
	hook := viper.DecodeHook(mapstructure.ComposeDecodeHookFunc(
		secretHook,
		wordHook,
		mapstructure.StringToTimeDurationHookFunc(),
		mapstructure.StringToSliceHookFunc(","),
	))
	if err := v.Unmarshal(c, hook); err != nil {
		return nil, decodeError(err)
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c, nil
}

// wordHook keeps true a word where a word is wanted, as in encrypt: true, which
// YAML takes for a truth value.
func wordHook(_, to reflect.Type, data any) (any, error) {
	if truth, ok := data.(bool); ok && to.Kind() == reflect.String {
		return strconv.FormatBool(truth), nil
	}
	return data, nil
}

// Path is the file that the configuration was read from, or empty.
func (c *Config) Path() string { return c.path }

// Digest identifies the configuration in reports, so that two runs can be told
// to have asked the same. No secret is part of it.
func (c *Config) Digest() string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // cannot happen: the type holds texts, numbers and lists
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// resolvePaths makes the paths of files relative to the configuration's folder.
func (c *Config) resolvePaths(dir string) {
	paths := []*string{&c.Directory.CAFile, &c.Database.CAFile, &c.Directory.Password.File, &c.Database.Password.File, &c.WMI.Password.File,
		&c.Wire.Certificate.File, &c.Wire.Certificate.Key, &c.Wire.Certificate.Password.File, &c.Probe.Password.File, &c.Redact.Key.File}
	for _, k := range []*Kerberos{&c.Directory.Kerberos, &c.Database.Kerberos, &c.WMI.Kerberos} {
		paths = append(paths, &k.Config, &k.CCache, &k.Keytab)
	}
	paths = append(paths, &c.History.Path, &c.History.Postgres.File, &c.History.Facts,
		&c.Serve.Certificate, &c.Serve.Key, &c.Serve.Users, &c.Serve.Waivers)
	for i := range c.Serve.Audits {
		paths = append(paths, &c.Serve.Audits[i].Config)
	}
	for i := range c.Notify.Mail {
		paths = append(paths, &c.Notify.Mail[i].CAFile, &c.Notify.Mail[i].Password.File)
	}
	for i := range c.Notify.Webhooks {
		w := &c.Notify.Webhooks[i]
		paths = append(paths, &w.CAFile, &w.URL.File, &w.Secret.File)
	}
	for i := range c.Servers {
		paths = append(paths, &c.Servers[i].HostFile)
	}
	for i := range c.Hosts.Files {
		paths = append(paths, &c.Hosts.Files[i])
	}
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
}

// decodeError gives the errors of a decoding a line each, with the key path
// that mapstructure puts into quotes.
func decodeError(err error) error {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return err
	}
	var out []error
	for _, e := range several.Unwrap() {
		if d, ok := errors.AsType[*mapstructure.DecodeError](e); ok {
			out = append(out, fmt.Errorf("%s: %w", keyPath(d.Name()), d.Unwrap()))
			continue
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

func keyPath(name string) string { return strings.ReplaceAll(name, delimiter, ".") }
