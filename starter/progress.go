package main

import (
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

// progressBar shows a run's progress on standard error, on a terminal.
type progressBar struct {
	bar   *progressbar.ProgressBar
	phase string
}

func onTerminal() bool { return isatty.IsTerminal(os.Stderr.Fd()) }

func newProgressBar() *progressBar { return &progressBar{} }

func (b *progressBar) show(progress workflows.Progress) {
	if !onTerminal() {
		return
	}
	if progress.Phase != b.phase {
		b.finish()
		b.phase = progress.Phase
		if progress.Chunks == 0 {
			fmt.Fprintln(os.Stderr, progress.Phase)
		} else {
			b.bar = progressbar.NewOptions(progress.Chunks,
				progressbar.OptionSetWriter(os.Stderr),
				progressbar.OptionSetWidth(30),
				progressbar.OptionShowCount(),
				progressbar.OptionSetPredictTime(false),
				progressbar.OptionThrottle(0),
			)
		}
	}
	if b.bar != nil {
		b.bar.Describe(fmt.Sprintf("%s, %s rows, %s/s, %s left", progress.Phase,
			settlement.Number(progress.Rows), settlement.Number(progress.RowsPerSecond), time.Duration(progress.SecondsLeft)*time.Second))
		_ = b.bar.Set(progress.ChunksDone)
	}
}

func (b *progressBar) finish() {
	if b.bar != nil {
		_ = b.bar.Exit()
		fmt.Fprintln(os.Stderr)
		b.bar = nil
	}
}
