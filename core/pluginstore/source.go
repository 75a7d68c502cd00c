package pluginstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Bounds of what is fetched from elsewhere.
const (
	fetchTimeout  = 10 * time.Minute // for a whole file
	answerTimeout = 30 * time.Second // for the head of an answer
	maxRedirects  = 5
)

// source is where the files of a release lie beside each other.
type source interface {
	// open opens a file by its name.
	open(ctx context.Context, name string) (io.ReadCloser, error)
}

// sourceOf is the place of a manifest and its name there.
func sourceOf(where string) (source, string) {
	if u, err := url.Parse(where); err == nil && len(u.Scheme) > 1 { // one letter is a drive
		name := path.Base(u.Path)
		u.Path = path.Dir(u.Path)
		return remote{u}, name
	}
	return local(filepath.Dir(where)), filepath.Base(where)
}

func fetch(ctx context.Context, from source, name string, limit int64) ([]byte, error) {
	file, err := from.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return text, nil
}

func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	return fetch(context.Background(), rooted{root}, name, limit)
}

// rooted is a directory that is open already.
type rooted struct{ root *os.Root }

// open takes regular files alone: a link could lead anywhere, and a pipe could stay
// silent.
func (r rooted) open(_ context.Context, name string) (io.ReadCloser, error) {
	info, err := r.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	file, err := openRegular(r.root, name)
	if err != nil {
		return nil, err
	}
	if now, err := file.Stat(); err != nil || !now.Mode().IsRegular() || !os.SameFile(info, now) {
		return nil, errors.Join(fmt.Errorf("%s is no regular file, or was replaced while it was opened", name), file.Close())
	}
	return file, nil
}

// local is a directory of this machine.
type local string

func (l local) open(ctx context.Context, name string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(string(l))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return rooted{root}.open(ctx, name)
}

// remote is a directory of a web server.
type remote struct{ base *url.URL }

var errNoHTTPS = errors.New("plugins are fetched by https only")

func (r remote) open(ctx context.Context, name string) (io.ReadCloser, error) {
	u := r.base.JoinPath(name)
	if u.Scheme != "https" || u.User != nil || u.Host == "" {
		return nil, fmt.Errorf("%s: %w", u.Redacted(), errNoHTTPS)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		cancel()
		return nil, err
	}
	request.Header.Set("User-Agent", "sz")
	answer, err := client().Do(request)
	if err != nil {
		cancel()
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		cancel()
		return nil, errors.Join(fmt.Errorf("%s: the server answered %s", u, http.StatusText(answer.StatusCode)), answer.Body.Close())
	}
	return body{answer.Body, cancel}, nil
}

// client speaks https alone, also where it is led on.
func client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: answerTimeout, TLSHandshakeTimeout: answerTimeout, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			switch {
			case next.URL.Scheme != "https":
				return errNoHTTPS
			case len(before) >= maxRedirects:
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return nil
		},
	}
}

// body is an answer whose time ends with it.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// IsRemote reports a text that is meant as an address.
func IsRemote(where string) bool { return strings.Contains(where, "://") }
