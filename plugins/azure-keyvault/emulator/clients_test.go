package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

// azure is the real client of a vault, logged in with a client secret; the only
// options are the way to the emulator and a short delay before a retry.
func azure(t *testing.T, s *Server, vault string) *azsecrets.Client {
	t.Helper()
	transport := s.Client()
	t.Cleanup(transport.CloseIdleConnections)
	options := azcore.ClientOptions{Transport: transport, Retry: policy.RetryOptions{RetryDelay: time.Millisecond, MaxRetryDelay: time.Millisecond}}
	credential, err := azidentity.NewClientSecretCredential(DefaultTenant, "an-application", "its-secret", &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	client, err := azsecrets.NewClient("https://"+vault+".vault.azure.net", credential, &azsecrets.ClientOptions{ClientOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// wantError wants the service's error of a status, with an inner code.
func wantError(t *testing.T, err error, status int, inner string) {
	t.Helper()
	failed, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok || failed.StatusCode != status || inner != "" && !strings.Contains(failed.Error(), `"`+inner+`"`) {
		t.Errorf("got %v, want a %d %s", err, status, inner)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestClientLife(t *testing.T) {
	ctx, c := context.Background(), newClock()
	s := start(t, Options{Now: c.Now, Window: window})
	vault := azure(t, s, "life")
	set := func(value string) (azsecrets.SetSecretResponse, error) {
		return vault.SetSecret(ctx, "n", azsecrets.SetSecretParameters{Value: to.Ptr(value), Tags: map[string]*string{"a": to.Ptr("1")}}, nil)
	}
	first := must[azsecrets.SetSecretResponse](t)(set("one"))
	second := must[azsecrets.SetSecretResponse](t)(set("two"))
	if first.ID.Version() == second.ID.Version() || second.ID.Name() != "n" {
		t.Errorf("ids are %s and %s", *first.ID, *second.ID)
	}
	if got := must[azsecrets.GetSecretResponse](t)(vault.GetSecret(ctx, "n", "", nil)); *got.Value != "two" || *got.ID != *second.ID {
		t.Errorf("latest is %s", *got.ID)
	}
	if got := must[azsecrets.GetSecretResponse](t)(vault.GetSecret(ctx, "n", first.ID.Version(), nil)); *got.Value != "one" {
		t.Error("the first version has another value")
	}
	updated := must[azsecrets.UpdateSecretPropertiesResponse](t)(vault.UpdateSecretProperties(ctx, "n", "", azsecrets.UpdateSecretPropertiesParameters{ContentType: to.Ptr("text/plain")}, nil))
	if updated.Value != nil || *updated.ContentType != "text/plain" || *updated.Tags["a"] != "1" || *updated.ID != *second.ID {
		t.Errorf("updated %+v", updated)
	}
	deleted := must[azsecrets.DeleteSecretResponse](t)(vault.DeleteSecret(ctx, "n", nil))
	if deleted.Value != nil || deleted.ID.Version() != second.ID.Version() || !strings.Contains(*deleted.Attributes.RecoveryLevel, "Purgeable") {
		t.Errorf("deleted %+v", deleted)
	}
	_, err := set("three")
	wantError(t, err, 409, "ObjectIsBeingDeleted")
	c.advance(window)
	_, err = set("three")
	wantError(t, err, 409, "ObjectIsDeletedButRecoverable")
	_, err = vault.GetSecret(ctx, "n", "", nil)
	wantError(t, err, 404, "SecretNotFound")
	must[azsecrets.RecoverDeletedSecretResponse](t)(vault.RecoverDeletedSecret(ctx, "n", nil))
	_, err = set("three")
	wantError(t, err, 409, "ObjectIsBeingRecovered")
	c.advance(window)
	must[azsecrets.SetSecretResponse](t)(set("three"))
	must[azsecrets.DeleteSecretResponse](t)(vault.DeleteSecret(ctx, "n", nil))
	c.advance(window)
	must[azsecrets.PurgeDeletedSecretResponse](t)(vault.PurgeDeletedSecret(ctx, "n", nil))
	c.advance(window)
	_, err = vault.GetDeletedSecret(ctx, "n", nil)
	wantError(t, err, 404, "SecretNotFound")
	if len(s.List()) != 0 {
		t.Errorf("left is %+v", s.List())
	}
}

func TestClientLists(t *testing.T) {
	ctx := context.Background()
	s := start(t, Options{})
	vault := azure(t, s, "lists")
	var want []string
	for i := range 60 {
		name := fmt.Sprintf("n-%02d", i)
		want = append(want, name)
		must[azsecrets.SetSecretResponse](t)(vault.SetSecret(ctx, name, azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil))
	}
	var got []string
	var sizes []int
	for pager := vault.NewListSecretPropertiesPager(nil); pager.More(); {
		page := must[azsecrets.ListSecretPropertiesResponse](t)(pager.NextPage(ctx))
		sizes = append(sizes, len(page.Value))
		for _, item := range page.Value {
			got = append(got, item.ID.Name())
			if item.ID.Version() != "" {
				t.Errorf("%s has a version", *item.ID)
			}
		}
		// What was listed may go while the listing is under way.
		must[azsecrets.DeleteSecretResponse](t)(vault.DeleteSecret(ctx, got[len(got)-1], nil))
	}
	if !slices.Equal(got, want) || !slices.Equal(sizes, []int{25, 25, 10}) {
		t.Errorf("pages of %v: %v", sizes, got)
	}
	n := 0
	for pager := vault.NewListDeletedSecretPropertiesPager(nil); pager.More(); {
		n += len(must[azsecrets.ListDeletedSecretPropertiesResponse](t)(pager.NextPage(ctx)).Value)
	}
	if n != 3 {
		t.Errorf("%d deleted secrets, want 3", n)
	}
}

func TestClientListsVersions(t *testing.T) {
	ctx := context.Background()
	s := start(t, Options{PageSize: 4})
	vault := azure(t, s, "versions")
	for range 9 {
		must[azsecrets.SetSecretResponse](t)(vault.SetSecret(ctx, "n", azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil))
	}
	var ids []string
	pages := 0
	for pager := vault.NewListSecretPropertiesVersionsPager("n", nil); pager.More(); pages++ {
		for _, item := range must[azsecrets.ListSecretPropertiesVersionsResponse](t)(pager.NextPage(ctx)).Value {
			ids = append(ids, item.ID.Version())
		}
	}
	if len(ids) != 9 || !slices.IsSorted(ids) || pages != 3 {
		t.Errorf("%d pages: %v", pages, ids)
	}
	link := do(t, s, "GET", "https://versions.vault.azure.net/secrets/n/versions"+query, "", 200)
	var page struct{ NextLink string }
	if err := json.Unmarshal([]byte(link), &page); err != nil || !strings.HasPrefix(page.NextLink, "https://versions.vault.azure.net:443/secrets/n/versions?api-version=2026-04-01&$skiptoken=") {
		t.Errorf("next link is %s", page.NextLink)
	}
}

// TestClientListsShortPages finds every secret although pages hold fewer than they
// may, and some none.
func TestClientListsShortPages(t *testing.T) {
	ctx := context.Background()
	s := start(t, Options{PageSize: 4, ShortPages: true})
	vault := azure(t, s, "short")
	for i := range 9 {
		must[azsecrets.SetSecretResponse](t)(vault.SetSecret(ctx, "n"+strconv.Itoa(i), azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil))
	}
	var sizes []int
	names := map[string]bool{}
	for pager := vault.NewListSecretPropertiesPager(nil); pager.More(); {
		page := must[azsecrets.ListSecretPropertiesResponse](t)(pager.NextPage(ctx)).Value
		sizes = append(sizes, len(page))
		for _, item := range page {
			names[item.ID.Name()] = true
		}
	}
	if want := []int{0, 2, 4, 0, 2, 1}; len(names) != 9 || !slices.Equal(sizes, want) {
		t.Errorf("%d names on pages of %v, want %v", len(names), sizes, want)
	}
}

// TestClientBackup brings a secret from one vault to another.
func TestClientBackup(t *testing.T) {
	ctx := context.Background()
	s := start(t, Options{})
	from, into := azure(t, s, "from-kv"), azure(t, s, "into-kv")
	set := must[azsecrets.SetSecretResponse](t)(from.SetSecret(ctx, "n", azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil))
	backup := must[azsecrets.BackupSecretResponse](t)(from.BackupSecret(ctx, "n", nil))
	restored := must[azsecrets.RestoreSecretResponse](t)(into.RestoreSecret(ctx, azsecrets.RestoreSecretParameters{SecretBackup: backup.Value}, nil))
	if restored.ID.Version() != set.ID.Version() || restored.Value != nil {
		t.Errorf("restored %+v", restored.Secret)
	}
}

// TestClientRetries counts what the real client makes of faults: a lost answer to
// a set leaves a version behind that nobody knows of.
func TestClientRetries(t *testing.T) {
	for kind, versions := range map[FaultKind]int{Drop: 1, CommitThenDrop: 2, ServerError: 1, CommitThenError: 2, TooManyRequests: 1} {
		s := start(t, Options{Faults: []Fault{{Method: http.MethodPut, N: 1, Kind: kind}}})
		must[azsecrets.SetSecretResponse](t)(azure(t, s, "retries").SetSecret(context.Background(), "n", azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil))
		if got := s.List()[0].Versions; got != versions || s.Count("PUT") != 2 {
			t.Errorf("%s: %d versions, want %d, after %d requests", kind, got, versions, s.Count("PUT"))
		}
	}
}

// TestNothingIsLogged looks for values and tokens in what is remembered.
func TestNothingIsLogged(t *testing.T) {
	const canary = "canary-value-5187"
	s := start(t, Options{})
	vault := azure(t, s, "logs")
	must[azsecrets.SetSecretResponse](t)(vault.SetSecret(context.Background(), "n", azsecrets.SetSecretParameters{Value: to.Ptr(canary), Tags: map[string]*string{"t": to.Ptr(canary)}}, nil))
	must[azsecrets.GetSecretResponse](t)(vault.GetSecret(context.Background(), "n", "", nil))
	send(t, s, "GET", "/secrets/n"+query+"&x="+canary, s.Token(), canary)
	text, err := json.Marshal(s.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{canary, s.header, "its-secret", strings.Split(s.Token(), ".")[0]} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%q is remembered: %s", secret, text)
		}
	}
	for _, want := range []string{`"route":"/secrets/{name}","api_version":"2026-04-01","status":200,"app_id":"an-application"`, `"status":401`, `"host":"login.microsoftonline.com"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
}
