package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

// clientVariable makes this test binary an ordinary Azure program that does what
// its value says: CREDENTIAL OPERATION VAULT NAME [VALUE], or signal.
const clientVariable = "KEYVAULT_EMULATOR_TEST_CLIENT"

// program is the built emulator.
var program string

func TestMain(m *testing.M) {
	words := strings.Fields(os.Getenv(clientVariable))
	if len(words) == 1 {
		os.Exit(awaitSignal())
	}
	if len(words) > 1 {
		if err := ordinaryClient(words); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "keyvault-emulator-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "keyvault-emulator")
	if output, err := exec.Command("go", "build", "-o", program, "../../cmd/keyvault-emulator").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// ordinaryClient is a program without a single option of its own: the default
// transport, and a credential that finds out by itself.
func ordinaryClient(words []string) error {
	var credential azcore.TokenCredential
	var err error
	switch words[0] {
	case "default":
		credential, err = azidentity.NewDefaultAzureCredential(nil)
	case "managed":
		credential, err = azidentity.NewManagedIdentityCredential(nil)
	case "environment":
		credential, err = azidentity.NewEnvironmentCredential(nil)
	}
	if err != nil {
		return err
	}
	client, err := azsecrets.NewClient("https://"+words[2]+".vault.azure.net", credential, nil)
	if err != nil {
		return err
	}
	switch words[1] {
	case "set":
		_, err = client.SetSecret(context.Background(), words[3], azsecrets.SetSecretParameters{
			Value: to.Ptr(words[4]), ContentType: to.Ptr("text/plain"), Tags: map[string]*string{"b": to.Ptr("2"), "a": to.Ptr("1")},
		}, nil)
	case "get":
		var answer azsecrets.GetSecretResponse
		if answer, err = client.GetSecret(context.Background(), words[3], "", nil); err == nil {
			fmt.Print(*answer.Value)
		}
	}
	return err
}

// awaitSignal waits for a signal and makes an exit code of it.
func awaitSignal() int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	fmt.Println("ready")
	if (<-signals) == os.Interrupt {
		return 42
	}
	return 55
}

// result is what a command came to.
type result struct {
	code           int
	stdout, stderr string
}

// world is a directory for temporary files, and the environment of commands.
type world struct {
	t    *testing.T
	temp string
	env  []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, temp: t.TempDir()}
	w.env = []string{
		"HOME=" + t.TempDir(), "TMPDIR=" + w.temp, "PATH=" + os.Getenv("PATH"),
		// What people have set is replaced.
		"HTTPS_PROXY=http://127.0.0.1:1", "no_proxy=*", "SSL_CERT_FILE=/nowhere", "IDENTITY_ENDPOINT=http://127.0.0.1:1", "IDENTITY_SERVER_THUMBPRINT=00",
	}
	return w
}

func (w *world) command(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(append([]string(nil), w.env...), env...)
	return cmd
}

// run runs the program to its end and wants nothing temporary left.
func (w *world) run(env []string, args ...string) result {
	w.t.Helper()
	cmd := w.command(env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		w.t.Fatal(err)
	}
	w.clean()
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func (w *world) clean() {
	w.t.Helper()
	if left, err := os.ReadDir(w.temp); err != nil || len(left) > 0 {
		w.t.Errorf("left over are %v, %v", left, err)
	}
}

// client runs this binary as an ordinary client under exec with the flags.
func (w *world) client(does string, env []string, flags ...string) result {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	return w.run(append(env, clientVariable+"="+does), append(append([]string{"exec"}, flags...), "--", self)...)
}
