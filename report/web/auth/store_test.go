package auth

import (
	"bytes"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFileIsReadAgain(t *testing.T) {
	path := usersFile(t)
	s, _ := newService(t, path)
	id, _ := signIn(t, s, "kim")
	// In place, without another size or time.
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Replace(good, []byte("role: operator"), []byte("role: overator"), 1)
	for _, text := range [][]byte{bad, good} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		// While it is not known who may still be let in, nobody is.
		if _, err := s.Session(id); (err == nil) != bytes.Equal(text, good) {
			t.Error(err)
		}
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(id); err == nil || err == ErrNoSession { //nolint:errorlint // as above
		t.Error(err)
	}
	if _, _, err := s.SignIn(t.Context(), office, "kim", rightPassword); err == nil || err == ErrCredentials { //nolint:errorlint // as above
		t.Error(err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(id); err != nil {
		t.Error(err)
	}
}

func TestTokens(t *testing.T) {
	path := usersFile(t)
	s, c := newService(t, path)
	text := map[string]string{}
	change(t, path, func(f *File) {
		for _, n := range []struct {
			name, owner string
			scope       Scope
		}{{"reads", "kim", Read}, {"runs", "kim", Run}, {"all", "kim", Admin}, {"viewers", "lee", Admin}, {"pats", "pat", Read}} {
			var token Token
			token, text[n.name] = NewToken(n.name, n.owner, n.scope, c.Now(), c.Now().AddDate(0, 0, 30))
			f.Tokens = append(f.Tokens, token)
		}
	})
	for name, want := range map[string][]Scope{"reads": {Read}, "runs": {Read, Run}, "all": Scopes(), "viewers": {Read}} {
		who, err := s.Token(text[name])
		if err != nil || !slices.Equal(who.Scopes, want) || who.Token != name || who.Role != "" || who.CSRF != "" {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"disabled owner": text["pats"], "none": "lch_" + strings.Repeat("A", 52), "empty": "", "lower": strings.ToLower(text["all"]), "more": text["all"] + "A"} {
		_, err := s.Token(secret)
		if err != ErrToken { //nolint:errorlint // nobody may see more of it
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, secret := range text {
		if bytes.Contains(data, []byte(secret[4:12])) {
			t.Error("the file has a token")
		}
	}
	c.add(30 * 24 * time.Hour)
	_, err = s.Token(text["all"])
	wantError(t, err, ErrToken)
}

// What is logged holds neither passwords nor what somebody typed for a name.
func TestLogHasNoSecrets(t *testing.T) {
	var log bytes.Buffer
	s, err := New(Options{Path: usersFile(t), Params: cheap, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	id, who := signIn(t, s, "kim")
	_, _, _ = s.SignIn(t.Context(), office, "lee", "my wrong password")
	_, _, _ = s.SignIn(t.Context(), office, "mistyped-password", "kim")
	for _, secret := range []string{rightPassword, "wrong password", "mistyped", id, who.CSRF} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, &log)
		}
	}
	for _, want := range []string{"signed in", "user=kim", "sign-in refused", "user=lee", "user=(unknown)", "client=192.0.2.10"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, &log)
		}
	}
}
