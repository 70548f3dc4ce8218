package report_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"lcshealth/report"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "alice@contoso.com", "alice@contoso.com"},
		{"two spaces stay", "a  b ", "a  b "},
		{"umlauts and CJK stay", "Jürgen 山田太郎@contoso.com", "Jürgen 山田太郎@contoso.com"},
		{"Hebrew stays", "שלום", "שלום"},
		{"Persian joiner stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"emoji sequence stays", "👩\u200d💻", "👩\u200d💻"},
		{"markup is not our business", "<script>", "<script>"},
		{"newlines", "a\r\n\nb\tc\u2028d\u0085e", "a b c d e"},
		{"colour", "\x1b[31mred\x1b[0m", "�red�"},
		{"clear screen", "a\x1b[2J\x1b[Hb", "a�b"},
		{"eight-bit CSI", "a\u009b31mb", "a�b"},
		{"window title", "a\x1b]0;owned\ab", "a�b"},
		{"hyperlink", "\x1b]8;;http://fabrikam.com\x1b\\text\x1b]8;;\x1b\\", "�text�"},
		{"eight-bit string", "a\u009d0;owned\u009cb", "a�b"},
		{"string without end", "a\x1b]0;still here", "a�0;still here"},
		{"string broken off", "a\x1bPpayload\x1b[1mb", "a�payload�b"},
		{"CSI without end", "a\x1b[31", "a�31"},
		{"reset", "a\x1bcb", "a�b"},
		{"charset", "a\x1b(0b", "a�b"},
		{"ESC at the end", "a\x1b", "a�"},
		{"NUL, BEL, backspace, DEL", "a\x00\a\b\x7fb", "a�b"},
		{"right-to-left override", "user\u202egpj.exe", "user�gpj.exe"},
		{"isolates and marks", "a\u2066b\u2069c\u200ed\u200fe\u061cf", "a�b�c�d�e�f"},
		{"zero-width space", "al\u200bice", "al�ice"},
		{"joiner in ASCII", "al\u200dice", "al�ice"},
		{"byte order mark", "\ufeffalice", "�alice"},
		{"tag characters", "a\U000E0041\U000E0042b", "a�b"},
		{"Hangul filler", "a\u3164b", "a�b"},
		{"bad UTF-8", "a\xff\xfe\xc2b", "a�b"},
		{"noncharacter", "a\ufffeb", "a�b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := report.Clean(tt.in)
			if got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
			checkClean(t, tt.in, got)
		})
	}
}

// A string of introducers must not be searched over and over.
func TestCleanIsLinear(t *testing.T) {
	in := strings.Repeat("\x1b]\u009d", 1<<19) + "x"
	if got, want := report.Clean(in), "�x"; got != want {
		t.Errorf("got %d bytes, want %q", len(got), want)
	}
}

func checkClean(t *testing.T, in, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Errorf("Clean(%q) = %q is not UTF-8", in, got)
	}
	if again := report.Clean(got); again != got {
		t.Errorf("Clean(%q) = %q, but cleaning that gives %q", in, got, again)
	}
	for _, r := range got {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029 {
			t.Errorf("Clean(%q) = %q holds %U", in, got, r)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"alice@contoso.com", "\x1b[31mred\x1b[0m", "\x1b]0;title\a", "\u009b1m", "a\u202eb", "\xff\x1b", "\r\n \n", "é\u200d\u200d\u200d", "\x1b(", "\x1bP\u009c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkClean(t, s, report.Clean(s)) })
}
