package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// entry is one line of a listing and what it is sorted by.
type entry struct {
	key    string
	bundle bundle
}

func (c *call) list() answer {
	var all []entry
	for _, s := range c.server.store.in(c.vault, live) {
		all = append(all, entry{strings.ToLower(s.Name), c.properties(s, s.current(), "")})
	}
	return c.page(all)
}

func (c *call) listDeleted() answer {
	var all []entry
	for _, s := range c.server.store.in(c.vault, deleted) {
		all = append(all, entry{strings.ToLower(s.Name), c.deletedBundle(s, false)})
	}
	return c.page(all)
}

// versions lists by version id, not by time; a secret that does not exist has an
// empty list (azsecrets recordings, TestListSecretVersions).
func (c *call) versions() answer {
	var all []entry
	if secret := c.findLive(); secret != nil {
		for _, v := range secret.Versions {
			all = append(all, entry{v.ID, c.properties(secret, v, v.ID)})
		}
	}
	return c.page(all)
}

// marker is the content of a skip token: where the next page begins, and its number
// from 0. A listing goes on from there even when what was listed is gone.
type marker struct {
	NextMarker     string
	TargetLocation int
}

// page cuts a listing and links to the rest as the service does: with the port,
// and with the dollar as it is.
func (c *call) page(all []entry) answer {
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	query := c.request.URL.Query()
	size, failed := c.pageSize(query.Get("maxresults"))
	if failed != nil {
		return refuse(failed)
	}
	number := 0
	if token := query.Get("$skiptoken"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		var m marker
		if err != nil || json.Unmarshal(text, &m) != nil {
			return refuse(badParameter("The skip token is not valid.", ""))
		}
		number = m.TargetLocation
		first, _ := slices.BinarySearchFunc(all, m.NextMarker, func(e entry, key string) int { return strings.Compare(e.key, key) })
		all = all[first:]
	}
	body := struct {
		Value    []bundle `json:"value"`
		NextLink *string  `json:"nextLink"`
	}{Value: []bundle{}}
	if c.server.options.ShortPages {
		size = size * (number % 3) / 2 // none, half, all
	}
	for _, e := range all[:min(size, len(all))] {
		body.Value = append(body.Value, e.bundle)
	}
	if size < len(all) {
		token, _ := json.Marshal(marker{NextMarker: all[size].key, TargetLocation: number + 1})
		next := "https://" + c.server.options.Hostile.linkHost(c.host) + ":443" + c.request.URL.Path + "?api-version=" + url.QueryEscape(query.Get("api-version")) +
			"&$skiptoken=" + base64.RawURLEncoding.EncodeToString(token)
		if wanted := query.Get("maxresults"); wanted != "" {
			next += "&maxresults=" + wanted
		}
		body.NextLink = &next
	}
	return ok(body)
}

func (c *call) pageSize(wanted string) (int, *serviceError) {
	if wanted == "" {
		return c.server.options.PageSize, nil
	}
	n, err := strconv.Atoi(wanted)
	if err != nil || n < 1 || n > maxPageSize {
		return 0, badParameter("Invalid maxresults. It must be between 1 and 25.", "")
	}
	return min(n, c.server.options.PageSize), nil
}
