package main

import (
	"os"
	"path/filepath"
)

// shortPath shows a path as one would type it: relative to the working
// directory where that is shorter.
func shortPath(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(here, path)
	if err != nil || len(relative) >= len(path) {
		return path
	}
	return relative
}
