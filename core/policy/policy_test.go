package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/policy"
	"github.com/secretzero/sz/core/secretfile"
)

func read(t *testing.T, text, environment string) *secretfile.File {
	t.Helper()
	f, found := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{Environment: environment})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return f
}

func shown(found diag.List) string {
	var lines []string
	for _, d := range found {
		lines = append(lines, fmt.Sprintf("%d:%d %s %s: %s", d.Range.Start.Line, d.Range.Start.Column, d.Severity, d.Code, d.Summary))
	}
	return strings.Join(lines, "\n")
}

const secrets = `secrets:
  - name: never
    kind: made
    targets: [{provider: azure, kind: key_vault}]
  - name: yearly
    kind: made
    rotation_period: 1y
    targets: [{provider: files, kind: file}]
  - name: monthly
    kind: templates.t
    rotation_period: 30d
providers: {files: {kind: local}}
templates: {t: {fields: {f: {generator: {kind: made}, targets: [{provider: azure, kind: certificate}]}}, targets: [{provider: azure, kind: key_vault}]}}
`

func TestCheck(t *testing.T) {
	cases := []struct{ name, policy, want string }{
		{"rotation required", "{kind: rotation, require_rotation_period: true}", "2:11 error policy-rotation: secret never has no rotation_period, and policy p requires one"},
		{"rotation bounded", "{kind: rotation, max_age: 90d, severity: warning}", "5:11 warning policy-rotation: secret yearly lives for 365 d, and policy p allows 90 d"},
		{"off", "{kind: rotation, require_rotation_period: true, enabled: false}", ""},
		{"denied kind", "{kind: access, denied_targets: [file], severity: info}", "8:39 notice policy-access: a target files/file is denied by policy p"},
		{"denied of a provider", "{kind: access, denied_targets: [files/file]}", "8:39 error policy-access: a target files/file is denied by policy p"},
		{"denied of a kind of provider", "{kind: access, denied_targets: [local/file]}", "8:39 error policy-access: a target files/file is denied by policy p"},
		{"denied elsewhere", "{kind: access, denied_targets: [other/file]}", ""},
		{"allowed, over secrets, templates and fields", "{kind: access, allowed_targets: [file]}",
			"4:39 error policy-access: a target azure/key_vault is not among those that policy p allows\n" +
				"13:140 error policy-access: a target azure/key_vault is not among those that policy p allows\n" +
				"13:89 error policy-access: a target azure/certificate is not among those that policy p allows"},
		{"compliance", "{kind: compliance, frameworks: [SOC2, other]}",
			"2:11 error policy-compliance: secret never has no rotation_period, and policy p requires one\n" +
				"5:11 error policy-compliance: secret yearly lives for 365 d, and policy p allows 90 d"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := policy.Check(read(t, secrets+"policies: {p: "+c.policy+"}\n", ""))
			if got := shown(found); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			for _, d := range found {
				if len(d.Related) != 1 || d.Related[0].Range.Start.Line != 14 {
					t.Errorf("the policy is not shown: %+v", d)
				}
			}
		})
	}
}

func TestComplianceOfTheMetadata(t *testing.T) {
	found := policy.Check(read(t, secrets+"metadata: {compliance: [soc2, iso27001, hipaa]}\n", ""))
	want := "2:11 warning policy-compliance: secret never has no rotation_period, and policy compliance soc2 requires one\n" +
		"5:11 warning policy-compliance: secret yearly lives for 365 d, and policy compliance soc2 allows 90 d\n" +
		"2:11 warning policy-compliance: secret never has no rotation_period, and policy compliance iso27001 requires one"
	if got := shown(found); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestIdentity(t *testing.T) {
	const all = "providers: [azure], rules: [{field: tenant, equals: t1}, {field: name, glob: 'ci-*-prod'}]"
	claims := map[string]string{"tenant": "t1", "name": "ci-shop-prod"}
	cases := []struct {
		name, policy string
		claims       map[string]string
		want         int
	}{
		{"right", all, claims, 0},
		{"another tenant", all, map[string]string{"tenant": "t2", "name": "ci-shop-prod"}, 1},
		{"nothing known", all, nil, 2},
		{"one is enough", all + ", match: any", map[string]string{"tenant": "t2", "name": "ci-a/b-prod"}, 0},
		{"none of any", all + ", match: any", map[string]string{"tenant": "t2", "name": "x"}, 2},
		{"another provider", strings.Replace(all, "[azure]", "[other]", 1), nil, 0},
		{"by kind", strings.Replace(all, "[azure]", "[azurekind]", 1), nil, 2},
		{"off", all + ", enabled: false", nil, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, secrets+"policies: {p: {kind: provider_identity, "+c.policy+"}}\n", "")
			if found := policy.Identity(f, "azure", "azurekind", c.claims); len(found) != c.want {
				t.Errorf("%d problems:\n%s", len(found), shown(found))
			}
		})
	}
}

func TestIdentityOfALaneHoldsThere(t *testing.T) {
	text := secrets + `policies: {p: {kind: provider_identity, rules: [{field: tenant, equals: prod}]}}
target_profiles: {lane: {identity_policies: [p]}}
environments: {profiles: {dev: {}, prod: {target_profile: lane}}}
`
	for environment, want := range map[string]int{"dev": 0, "prod": 1} {
		f := read(t, text, environment)
		if found := policy.Identity(f, "azure", "azure", map[string]string{"tenant": "dev"}); len(found) != want {
			t.Errorf("%s: %s", environment, shown(found))
		}
	}
}
