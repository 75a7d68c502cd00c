package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// account is how the notes of the tests are reached.
type account struct {
	Token secret.Value `sz:"token,required" env:"NOTES_TOKEN" doc:"who asks"`
}

// note is where a note is.
type note struct {
	URL   string `sz:"url,required,identity" network:"to store notes" pattern:"https://.+" hint:"an https URL" doc:"the server"`
	Name  string `sz:"name,name" doc:"the note; the secret's name when nothing is said"`
	Label string `sz:"label" min:"2" max:"8" enum:"home,work" default:"work" doc:"a label"`
}

// session is a server with who asks.
type session struct{ token secret.Value }

// notes is a plugin over HTTP that shows what an author writes.
var notes = sdk.Plugin{
	Name: "notes", Version: "0.1.0", Summary: "secrets as notes on a server",
	Providers: []sdk.Provider{sdk.ProviderOf[account, session]{
		Kind: "notes", Summary: "a server of notes",
		Open: func(_ context.Context, a account, _ sdk.OpenInfo) (session, []sdk.Claim, error) {
			return session{a.Token}, []sdk.Claim{{Name: "server", Value: "notes"}}, nil
		},
		Targets: []sdk.TargetFor[session]{sdk.TargetOf[session, note]{
			Kind: "note", Summary: "a note", Write: writeNote, Inspect: inspectNote, Read: readNote, Retire: deleteNote,
		}},
	}},
}

func (s session) send(ctx context.Context, method string, n note, body secret.Value) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, n.URL+"/"+n.Name, body.Reader())
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(s.token.Expose()))
	response, err := sdk.HTTPClient(ctx).Do(request)
	if err != nil {
		return nil, err
	}
	return response, sdk.HTTPError(response)
}

func writeNote(ctx context.Context, s session, w sdk.Write[note]) (sdk.WriteResult, error) {
	value, err := w.Payload.Flat()
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.NotApplied}, err
	}
	for try := 1; ; try++ {
		sdk.Progress(ctx, "storing the note", try, 0)
		_, err := s.send(ctx, http.MethodPut, w.Config, value)
		if e, ok := errors.AsType[*sdk.Error](err); ok && e.Code == "http-503" && try < 3 {
			sdk.Log(ctx).Warn("the server is busy", "try", try, "value", string(value.Expose()))
			if err := sdk.Sleep(ctx, 10*time.Second); err != nil {
				return sdk.WriteResult{}, err
			}
			continue
		}
		if err != nil {
			return sdk.WriteResult{}, err
		}
		return sdk.WriteResult{Outcome: sdk.Applied}, nil
	}
}

func readNote(ctx context.Context, s session, r sdk.Read[note]) (sdk.ReadResult, error) {
	response, err := s.send(ctx, http.MethodGet, r.Config, secret.Value{})
	if err != nil {
		return sdk.ReadResult{}, err
	}
	body, err := io.ReadAll(response.Body)
	sdk.Log(ctx).Info("read " + string(body))
	return sdk.ReadResult{Payload: secret.NewText(secret.New(body))}, err
}

func inspectNote(ctx context.Context, s session, i sdk.Inspection[note]) (sdk.State, error) {
	_, err := s.send(ctx, http.MethodGet, i.Config, secret.Value{})
	if e, ok := errors.AsType[*sdk.Error](err); ok && e.Class == sdk.NotFound {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	return sdk.State{Presence: sdk.Present, Receipt: i.Receipt, StoreTime: sdk.Now(ctx)}, err
}

func deleteNote(ctx context.Context, s session, r sdk.Retire[note]) (sdk.WriteResult, error) {
	if r.Mode != sdk.RetireDelete {
		return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unsupported, Code: "delete-only", Summary: "notes can only be deleted"}
	}
	_, err := s.send(ctx, http.MethodDelete, r.Config, secret.Value{})
	return sdk.WriteResult{Outcome: sdk.Applied}, err
}

// server is a store of notes in memory.
type server struct {
	mu    sync.Mutex
	notes map[string]string
}

func newServer() *server { return &server{notes: map[string]string{}} }

// ServeHTTP stores, gives out and deletes notes.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Host + r.URL.Path
	if r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.Method {
	case http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		s.notes[key] = string(body)
	case http.MethodDelete:
		delete(s.notes, key)
	default:
		if _, ok := s.notes[key]; !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, s.notes[key])
	}
}

const token = "token-of-the-notes"
