package wmi

import (
	"strings"

	"lcshealth/checks/collect/host"
)

// hotfixClass has the updates of Windows. Those of Live Communications Server
// come as installer packages, which only the list of programs in Control Panel
// has. Both are one part.
const hotfixClass = "Win32_QuickFixEngineering"

// uninstallKeys are where that list is kept; the second is that of programs of
// 32 bit on a Windows of 64 bit.
var uninstallKeys = []string{
	`SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`,
	`SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Uninstall`,
}

// hotfixes has the updates that were told of, in upper case.
type hotfixes map[string]bool

// hotfixParts reads the updates from both places.
func (r *run) hotfixParts(p *part, q host.Question) error {
	r.hotfixes = hotfixes{}
	err := p.ask(q, func(properties map[string]any) {
		for _, name := range []string{"HotFixID", "ServicePackInEffect"} {
			r.hotfixes[strings.ToUpper(text(properties, name))] = true
		}
	})
	if err != nil {
		return err
	}
	for _, path := range uninstallKeys {
		if err := p.uninstall(key{hkeyLocalMachine, path}); err != nil {
			return p.failed(err)
		}
	}
	return nil
}

// uninstall reads the updates from one list of programs.
func (p *part) uninstall(k key) error {
	names, err := p.children(k)
	if err != nil {
		return err
	}
	for _, name := range names {
		id := name
		if !strings.HasPrefix(strings.ToUpper(name), "KB") {
			id, err = p.text(k.sub(name), "DisplayName")
			if err != nil && !notThere(err) {
				return err
			}
			if !ofLCS(id) {
				id = name
			}
			if !ofLCS(id) {
				continue
			}
		}
		if upper := strings.ToUpper(id); !p.hotfixes[upper] {
			p.hotfixes[upper] = true
			p.row("hotfix", map[string]any{"id": id})
		}
	}
	return nil
}

func ofLCS(name string) bool {
	return strings.Contains(strings.ToLower(name), "live communications")
}
