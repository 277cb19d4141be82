// Package logging makes the programs' logs: for people on a terminal, JSON
// elsewhere.
package logging

import (
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
)

// Config says how to log. Its tags make the command line's flags.
type Config struct {
	LogFormat string     `env:"LOG_FORMAT" enum:"auto,text,json" default:"auto" help:"Log format: text, json, or auto (text on a terminal)."`
	LogLevel  slog.Level `env:"LOG_LEVEL" default:"info" help:"Least level that is logged: debug, info, warn or error."`
}

// New makes the logger; it writes to standard error.
func New(config Config) *slog.Logger {
	text := config.LogFormat == "text" || config.LogFormat == "auto" && isatty.IsTerminal(os.Stderr.Fd())
	if text {
		return slog.New(tint.NewTextHandler(os.Stderr, &tint.Options{Level: config.LogLevel, TimeFormat: time.TimeOnly}))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: config.LogLevel}))
}
