package sabotage

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"creatorpay/internal/e2e/rig"
)

const (
	sabotagedName    = "sabotaged" // folder of the programs
	sabotageVariable = "CREATORPAY_SABOTAGE"
)

// sabotagedPrograms builds the programs with all sabotages in them, of which the
// environment chooses: one build for all.
var sabotagedPrograms = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "creatorpay-sabotage-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // only the build reads it
	overlay, err := sabotagedSources(dir)
	if err != nil {
		return err
	}
	return rig.Build(sabotagedName, "-overlay", overlay)
})

// sabotagedSources writes the changed sources into dir, and the file that makes
// the go command see them in place of the real ones.
func sabotagedSources(dir string) (overlay string, err error) {
	root, err := rig.Root()
	if err != nil {
		return "", err
	}
	sources := map[string]string{}
	take := func(safety string, edits []edit) error {
		for _, e := range edits {
			if err := e.apply(root, sources); err != nil {
				return fmt.Errorf("sabotage %q: %w", safety, err)
			}
			pkg := filepath.Dir(e.file)
			sources[filepath.Join(pkg, "sabotaged.go")] = fmt.Sprintf(
				"package %s\n\nimport \"os\"\n\nfunc sabotaged(safety string) bool { return os.Getenv(%q) == safety }\n", filepath.Base(pkg), sabotageVariable)
		}
		return nil
	}
	for _, s := range sabotages {
		if err := take(s.safety, s.edits); err != nil {
			return "", err
		}
	}
	for _, s := range auditSabotages {
		if err := take(s.safety, s.edits); err != nil {
			return "", err
		}
	}
	replace := map[string]string{}
	for file, text := range sources {
		copied := filepath.Join(dir, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, file)] = copied
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// apply makes the edit in the file's text, which is that of former edits if there
// were some.
func (e edit) apply(root string, sources map[string]string) error {
	text, changed := sources[e.file]
	if !changed {
		stored, err := os.ReadFile(filepath.Join(root, e.file))
		if err != nil {
			return err
		}
		text = string(stored)
	}
	if n := strings.Count(text, e.old); n != 1 {
		return fmt.Errorf("%s has %d times, not once, the text that is to be changed; fit the sabotage to the source as it is now:\n%s", e.file, n, e.old)
	}
	sources[e.file] = strings.Replace(text, e.old, e.becomes, 1)
	return nil
}
