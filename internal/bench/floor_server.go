package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"

	"creatorpay/internal/bench/load"
)

// recorded is an answer of the api: what the floor writes again.
type recorded struct {
	Header http.Header
	Body   []byte
}

// key tells requests apart: home is another page for each creator.
func key(uri string, header http.Header) string { return uri + " " + header.Get("Authorization") }

// recordingAtATime is how many answers are fetched at the same time.
const recordingAtATime = 4

// record fetches the answers to the requests of the server, each once, by their
// keys. All have to be answered as asked.
func record(ctx context.Context, server *answering, requests []load.Request) (map[string]recorded, error) {
	answers := make([]recorded, len(requests))
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: recordingAtATime},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(recordingAtATime)
	for i, asked := range requests {
		group.Go(func() error {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.URL, nil)
			if err != nil {
				return err
			}
			request.Header = asked.Header.Clone()
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s (%s) is answered with %s: %.200s", asked.URL, asked.Kind, response.Status, body)
			}
			answers[i] = recorded{response.Header, body}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	byKey := make(map[string]recorded, len(answers))
	for i, answer := range answers {
		byKey[key(server.uri(requests[i]), requests[i].Header)] = answer
	}
	return byKey, nil
}

// floorCommand is a process of its own, so that its CPU time can be told.
type floorCommand struct {
	Answers string `arg:"" type:"existingfile" help:"File of recorded answers."`
}

// floorListen is the environment variable of the floor's address.
const floorListen = "FLOOR_LISTEN"

// Run answers with what is recorded, and does nothing else, until ctx ends.
func (c floorCommand) Run(ctx context.Context) error {
	file, err := os.Open(c.Answers)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	var answers map[string]recorded
	if err := gob.NewDecoder(file).Decode(&answers); err != nil {
		return err
	}
	server := &http.Server{Addr: os.Getenv(floorListen), ReadHeaderTimeout: startTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[key(r.URL.RequestURI(), r.Header)]
		if !known {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		for name, values := range answer.Header {
			header[name] = values
		}
		_, _ = w.Write(answer.Body)
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// startFloor starts this program as the floor with the answers.
func startFloor(ctx context.Context, file, logFile string, answers map[string]recorded) (*answering, error) {
	if err := writeAnswers(file, answers); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startAnswering(ctx, logFile, []string{self, "floor", file}, func(address string) []string {
		return []string{floorListen + "=" + address}
	})
}

func writeAnswers(path string, answers map[string]recorded) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(gob.NewEncoder(file).Encode(answers), file.Close())
}
