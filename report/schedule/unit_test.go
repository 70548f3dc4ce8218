package schedule

import (
	"strings"
	"testing"
	"time"
)

// awkward are texts that some format takes for something else.
var awkward = []string{
	"plain", "with space", "it's", `say "hi"`, "100%", "%PATH%", "%%", "% %", "%h", "$HOME", "$$", "${HOME}", "$(id)", "$(Arg0)", "`id`",
	`back\slash`, `end\`, `two\\`, `\%`, `\\%`, `\"`, `"`, `'`, `''`, "a;b", ";", "a&b|c<d>e", "#x", "~", "*", "--", "-x", "@x", "!x", "^x^", "{a,b}",
	"tab?", "ä€𝄞", "(a)", "a=b", "%%%", `a%"b"%c`, "a -- b", "]]>", "<!--x-->", `x\" y`, "$", "%",
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	o := options(t, "30 2 1,15 * 1-5", "Europe/Berlin")
	jittered, err := o.Schedule.Jittered(o.Scope, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	o.Schedule = jittered
	o.Writable = []string{"/srv/lcs health"}
	units, err := Systemd(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range units {
		golden(t, f.Name+".golden", f.Data)
	}
	crontab, err := Cron(o)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "crontab-system.golden", crontab.Data)

	// A user of its own, a time that is lost, a scope with a name that is no file's.
	o = options(t, "30 2 * * *", "Europe/Berlin")
	o.User, o.Scope, o.Config = "", "50% of contoso's", "/srv/my config/50%.yaml"
	if units, err = Systemd(o); err != nil {
		t.Fatal(err)
	}
	for _, f := range units {
		golden(t, f.Name+".golden", f.Data)
	}
	if crontab, err = Cron(o); err != nil {
		t.Fatal(err)
	}
	golden(t, "crontab-user.golden", crontab.Data)
}

func TestOptionsRefused(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Options){
		"there is no schedule":                           func(o *Options) { o.Schedule = Schedule{} },
		"a scope has a name":                             func(o *Options) { o.Scope = "" },
		`scope "a\nb": it holds a control character`:     func(o *Options) { o.Scope = "a\nb" },
		"deadline 0s: it is whole seconds":               func(o *Options) { o.Deadline = 0 },
		`path "lcshealth": it must be absolute, as /usr`: func(o *Options) { o.Binary = "lcshealth" },
		`path "C:\\x.exe": it must be absolute`:          func(o *Options) { o.Binary = `C:\x.exe` },
		`path "/a\nb": it holds a control character`:     func(o *Options) { o.Config = "/a\nb" },
		`path "/a\xff": it is not valid UTF-8`:           func(o *Options) { o.Config = "/a\xff" },
		`user "root; id": it is not the name of a user`:  func(o *Options) { o.User = "root; id" },
	} {
		o := options(t, "15 2 * * *", "")
		change(&o)
		if _, err := Systemd(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("systemd: %v, want %s", err, want)
		}
		if _, err := Cron(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("cron: %v, want %s", err, want)
		}
	}
	o := options(t, "15 2 * * *", "")
	o.Config = "/" + strings.Repeat("x", 1000)
	if _, err := Cron(o); err == nil || !strings.Contains(err.Error(), "of which cron takes 990") {
		t.Errorf("a long command: %v", err)
	}
}
