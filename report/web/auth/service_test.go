package auth

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	s, _ := newService(t, usersFile(t))
	id, who := signIn(t, s, " Kim ")
	if who.Name != "kim" || who.Role != Operator || !slices.Equal(who.Scopes, Scopes()) || !wellFormed(who.CSRF) || !wellFormed(id) || id == who.CSRF {
		t.Errorf("%+v", who)
	}
	again, err := s.Session(id)
	if err != nil || again.CSRF != who.CSRF || again.Name != "kim" {
		t.Error(again, err)
	}
	if other, _ := signIn(t, s, "kim"); other == id {
		t.Error("the id is not a new one")
	}
	for name, password := range map[string]string{
		"kim": "correct horse batterz", "LEE": "", "pat": rightPassword, "nobody": rightPassword,
		"": rightPassword, "../kim": rightPassword, "kim\x00": rightPassword, "k\u0131m": rightPassword,
		"lee": strings.Repeat("a", 5000),
	} {
		if _, _, err := s.SignIn(t.Context(), office, name, password); err != ErrCredentials { //nolint:errorlint // nobody may see more of it
			t.Errorf("%q: %v", name, err)
		}
	}
	s.SignOut(id)
	_, err = s.Session(id)
	wantError(t, err, ErrNoSession)
	for _, id := range []string{"", "x", strings.Repeat("A", secretLength), id + "="} {
		_, err := s.Session(id)
		wantError(t, err, ErrNoSession)
	}
}

// A name that is none costs the same as one that is: a hash with the costs of
// some user, always the same for that name.
func TestUnknownNamesCostTheSame(t *testing.T) {
	path := usersFile(t)
	dear := Params{Memory: 16, Passes: 2, Threads: 1}
	change(t, path, func(f *File) {
		p, err := ParsePHC(f.Users[0].Password)
		if err != nil {
			t.Fatal(err)
		}
		p.Params = dear
		f.Users[0].Password = p.String()
	})
	s, _ := newService(t, path)
	f, err := s.users.current()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Params]int{}
	for i := range 200 {
		name := "nobody" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		decoy := s.decoyFor(f, name)
		if decoy.Params != s.decoyFor(f, name).Params {
			t.Fatal("the costs of a name change")
		}
		seen[decoy.Params]++
	}
	if seen[dear] == 0 || seen[cheap] == 0 || len(seen) != 2 {
		t.Errorf("%v", seen)
	}
	// The hash is computed for it, too: it waits for its turn.
	s.hasher.slots <- struct{}{}
	s.hasher.slots <- struct{}{}
	ctx, cancel := contextWithTimeout(t, time.Millisecond)
	defer cancel()
	if _, _, err := s.SignIn(ctx, office, "nobody", rightPassword); err == nil || err == ErrCredentials { //nolint:errorlint // see above
		t.Errorf("nothing was hashed for a name that is none: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	for what, how := range map[string]func(*User){
		"new password": func(u *User) { u.Password = reference },
		"rehashed": func(u *User) {
			u.Password = strings.Replace(u.Password, "$argon2id$v=19$m=8,", "$argon2id$v=19$m=16,", 1)
		},
		"new role": func(u *User) { u.Role = Viewer },
		"disabled": func(u *User) { u.Disabled = true },
		"removed":  func(u *User) { u.Name = "kimberly" },
	} {
		t.Run(what, func(t *testing.T) {
			path := usersFile(t)
			s, _ := newService(t, path)
			id, _ := signIn(t, s, "kim")
			second, _ := signIn(t, s, "kim")
			other, _ := signIn(t, s, "lee")
			var before User
			change(t, path, func(f *File) { before = f.Users[0]; how(&f.Users[0]) })
			if _, err := s.Session(other); err != nil { // the request of another is enough to see it
				t.Error(err)
			}
			change(t, path, func(f *File) { f.Users[0] = before })
			for _, id := range []string{id, second} {
				_, err := s.Session(id)
				wantError(t, err, ErrNoSession)
			}
			if _, err := s.Session(other); err != nil {
				t.Errorf("the session of another ended: %v", err)
			}
		})
	}
}

func TestSessionExpiry(t *testing.T) {
	s, c := newService(t, usersFile(t))
	id, _ := signIn(t, s, "kim")
	peeked, _ := signIn(t, s, "kim")
	for range 12 {
		c.add(59 * time.Minute)
		if _, err := s.Session(id); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Peek(peeked)
	wantError(t, err, ErrNoSession)
	c.add(12*time.Hour - 12*59*time.Minute - time.Second)
	if _, err := s.Session(id); err != nil { // the last second of 12 hours
		t.Error(err)
	}
	c.add(time.Second)
	_, err = s.Session(id)
	wantError(t, err, ErrNoSession)

	id, _ = signIn(t, s, "kim")
	c.add(30 * time.Minute)
	if _, err := s.Peek(id); err != nil {
		t.Error(err)
	}
	c.add(30 * time.Minute) // looking on does not count
	_, err = s.Session(id)
	wantError(t, err, ErrNoSession)
	if len(s.sessions.byID) != 0 {
		t.Errorf("%d sessions are left", len(s.sessions.byID))
	}
}

func TestSessionsOfOneUser(t *testing.T) {
	s, c := newService(t, usersFile(t))
	lee, _ := signIn(t, s, "lee")
	first, _ := signIn(t, s, "kim")
	c.add(time.Second)
	second, _ := signIn(t, s, "kim")
	c.add(time.Second)
	if _, err := s.Session(first); err != nil {
		t.Fatal(err)
	}
	for range SessionsOf - 1 {
		c.add(time.Minute)
		signIn(t, s, "kim")
	}
	_, err := s.Session(second) // used longest ago
	wantError(t, err, ErrNoSession)
	for _, id := range []string{first, lee} {
		if _, err := s.Session(id); err != nil {
			t.Error(err)
		}
	}
}
